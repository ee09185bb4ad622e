/* What a program gets that calls getaddrinfo(3), or res_search(3) for a type. Compiled by
 * test_clients.py against glibc and against musl.
 *
 *	resolve NAME                 all addresses of both families, asked for at once
 *	resolve NAME 4|6             of one
 *	resolve NAME 0 THREADS       so many at a time; all must hear the same
 *	resolve NAME type NUMBER     the number of records in the answer, and its length
 */
#include <arpa/inet.h>
#include <arpa/nameser.h>
#include <netdb.h>
#include <pthread.h>
#include <resolv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define THREADS_MAX 64
#define TEXT_MAX    65536

struct result {
	const char *name;
	int family;
	char text[TEXT_MAX];
};

static void add(struct result *r, const char *word)
{
	size_t n = strlen(r->text);

	snprintf(r->text + n, sizeof r->text - n, "%s\n", word);
}

static void *resolve(void *data)
{
	struct result *r = data;
	struct addrinfo hints = { .ai_family = r->family, .ai_socktype = SOCK_STREAM };
	struct addrinfo *list = NULL;
	int error = getaddrinfo(r->name, NULL, &hints, &list);
	char address[NI_MAXHOST];

	if (error != 0) {
		add(r, error == EAI_NONAME ? "no name" : gai_strerror(error));
		return NULL;
	}
	for (struct addrinfo *it = list; it != NULL; it = it->ai_next)
		if (getnameinfo(it->ai_addr, it->ai_addrlen, address, sizeof address,
			    NULL, 0, NI_NUMERICHOST) == 0)
			add(r, address);
	freeaddrinfo(list);
	return NULL;
}

static int print_all(const char *name, int family, unsigned n)
{
	static struct result results[THREADS_MAX];
	pthread_t threads[THREADS_MAX];

	for (unsigned i = 0; i < n; i++) {
		results[i] = (struct result){ .name = name, .family = family };
		if (pthread_create(&threads[i], NULL, resolve, &results[i]) != 0)
			return 1;
	}
	for (unsigned i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	for (unsigned i = 1; i < n; i++)
		if (strlen(results[i].text) != strlen(results[0].text))
			return 1;
	fputs(results[0].text, stdout);
	return 0;
}

static int print_type(const char *name, int type)
{
	static unsigned char answer[TEXT_MAX];
	int n = res_search(name, ns_c_in, type, answer, sizeof answer);

	if (n < 12) {
		puts("no answer");
		return 0;
	}
	printf("%d %d\n", answer[6] << 8 | answer[7], n);
	return 0;
}

int main(int argc, char **argv)
{
	int family = AF_UNSPEC;
	unsigned threads = 1;

	if (argc == 4 && strcmp(argv[2], "type") == 0)
		return print_type(argv[1], atoi(argv[3]));
	if (argc < 2)
		return 2;
	if (argc >= 3 && argv[2][0] != '0')
		family = argv[2][0] == '6' ? AF_INET6 : AF_INET;
	if (argc == 4)
		threads = (unsigned)atoi(argv[3]);
	if (threads < 1 || threads > THREADS_MAX)
		return 2;
	return print_all(argv[1], family, threads);
}
