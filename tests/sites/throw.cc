// SPDX-License-Identifier: MIT
/*
 * throw.cc - throws, for libstdc++'s own probes.  After "ready" a byte on stdin has it throw three
 * times; a line each says where the object and its type's information were: those are what the
 * probes "throw" and "catch" pass.
 */
#include <cstdio>
#include <stdexcept>
#include <typeinfo>
#include <unistd.h>

static void tell(const void *object, const std::type_info &type)
{
	std::printf("throw 0x%lx 0x%lx\n", (unsigned long)object, (unsigned long)&type);
	std::printf("catch 0x%lx 0x%lx\n", (unsigned long)object, (unsigned long)&type);
}

struct record {
	int a, b;
};

static void round()
{
	try {
		throw 42;
	} catch (int &i) {
		tell(&i, typeid(int));
	}
	try {
		throw std::runtime_error("text");
	} catch (std::runtime_error &e) {
		tell(&e, typeid(std::runtime_error));
	}
	try {
		throw record{1, 2};
	} catch (record &r) {
		tell(&r, typeid(record));
	}
}

int main()
{
	char c;

	std::puts("ready");
	std::fflush(stdout);
	while (read(0, &c, 1) == 1) {
		round();
		std::puts("done");
		std::fflush(stdout);
	}
}
