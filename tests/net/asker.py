"""A client that asks unique names at a steady rate over UDP, as long as it is told to, and
notes how each fared."""

import dataclasses
import itertools
import select
import socket
import threading
import time

import dns.edns
import dns.message
import dns.rcode

# More than the daemon takes to give up.
TIMEOUT_S = 6.0
NUMBERS = itertools.count()


@dataclasses.dataclass
class Answer:
    """What became of one question; `took_s` and `rcode` are None without an answer."""
    sent_s: float
    took_s: float = None
    rcode: int = None
    ede: str = None

    def is_good(self):
        return self.rcode == dns.rcode.NOERROR

    def came_s(self):
        return self.sent_s + self.took_s


def explanation(reply):
    for option in reply.options:
        if option.otype == dns.edns.EDE:
            return f"{int(option.code)} {option.text or ''}"
    return None


class Asker:
    """`with Asker(stage, rate) as asker`; when it ends, all questions have theirs."""

    def __init__(self, stage, rate):
        self.rate = rate
        self.socket = stage.near.call(self.open, stage.daemon)
        self.answers = {}  # by number
        self.waiting = {}  # (ID, name) to number
        self.stopping = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)

    @staticmethod
    def open(daemon):
        s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        s.connect((daemon.address, daemon.port))
        s.setblocking(False)
        return s

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.stopping.set()
        self.thread.join()
        self.socket.close()

    def run(self):
        due_s, step_s = time.monotonic(), 1 / self.rate
        while not self.stopping.is_set():
            self.receive_until(due_s)
            self.send()
            due_s += step_s
        end_s = time.monotonic() + TIMEOUT_S
        while self.waiting and time.monotonic() < end_s:
            self.receive_until(min(time.monotonic() + 0.05, end_s))

    def send(self):
        number = next(NUMBERS)
        query = dns.message.make_query(f"n{number}.test.", "A", use_edns=0)
        key = query.id, query.question[0].name
        wire = query.to_wire()
        self.answers[number] = Answer(time.monotonic())
        self.waiting[key] = number
        self.socket.send(wire)

    def receive_until(self, end_s):
        while (left_s := end_s - time.monotonic()) > 0:
            if select.select([self.socket], [], [], left_s)[0]:
                self.receive()

    def receive(self):
        now_s = time.monotonic()
        reply = dns.message.from_wire(self.socket.recv(4096))
        number = self.waiting.pop((reply.id, reply.question[0].name), None)
        if number is None:
            return
        answer = self.answers[number]
        answer.took_s = now_s - answer.sent_s
        answer.rcode, answer.ede = reply.rcode(), explanation(reply)

    # --- what to say of them --------------------------------------------------

    def all(self):
        return list(self.answers.values())

    def failed(self, before_s=None):
        return [a for a in self.all()
                if not a.is_good() and (before_s is None or a.sent_s < before_s)]

    def slowest_s(self):
        return max(a.took_s for a in self.all() if a.is_good())

    def slowest_of_all_s(self):
        """Failures too; infinite if one went unanswered."""
        return max(float("inf") if a.took_s is None else a.took_s for a in self.all())

    def has_good_since(self, since_s):
        """A question that was sent then has been answered."""
        return any(a.is_good() and a.sent_s >= since_s for a in self.all())

    def first_good_s(self, sent_s, since_s):
        """How long after `since_s` the first good answer came to a question that was
        sent after `sent_s`; None if none did."""
        came = [a.came_s() for a in self.all()
                if a.is_good() and a.sent_s > sent_s and a.came_s() > since_s]
        return min(came) - since_s if came else None

    def percentile_ms(self, percent):
        took = sorted(a.took_s for a in self.all() if a.is_good())
        return 1000 * took[min(len(took) - 1, len(took) * percent // 100)]
