"""What a running pintle says of itself."""

import json
import socket


def stats(place):
    with socket.socket(socket.AF_UNIX) as s:
        s.connect(place.directory + "/control.sock")
        s.sendall(b'{"command": "stats"}\n')
        answer = b""
        while more := s.recv(65536):
            answer += more
    return json.loads(answer)
