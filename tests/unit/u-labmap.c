// SPDX-License-Identifier: GPL-2.0-only
/*
 * u-labmap.c - test how a lab is drawn as text and as SVG (labs/lab/labmap.c)
 *
 * `make check-unit` runs this program on the host.
 */
#include "tap.h"

#include "lab/labmap.h"

static char *drawn(const char *conf, void (*draw)(const struct lab *, FILE *))
{
	struct lab lab = { 0 };
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	lab_parse_conf(&lab, conf, strlen(conf));
	draw(&lab, out);
	fclose(out);
	lab_release(&lab);
	return text;
}

static int count(const char *text, const char *part)
{
	int nr = 0;

	for (; (text = strstr(text, part)); text += strlen(part))
		nr++;
	return nr;
}

static void texts(void)
{
	char *text = drawn("a[0]=A\nb[0]=A\nb[1]=B\nc[image]=x\n", labmap_text);

	ok(!strcmp(text, "A\n ├── a eth0\n └── b eth0\nB\n └── b eth1\nc (no interface)\n"),
	   "the text lists domains with their machines, then machines without a network");
	ok(!strcmp(drawn("", labmap_text), ""), "an empty lab gives empty text");
	ok(count(drawn("a[0]=A\na[1]=A\n", labmap_text), "a eth") == 2,
	   "a machine with two interfaces in a domain is listed twice");
	ok(count(drawn("a[0]=tap,1.2.3.4,1.2.3.5\n", labmap_text), "eth") == 0,
	   "a tap is not listed as a domain");
}

static void pictures(void)
{
	char *conf = malloc(1 << 16), *svg = drawn("a[0]=A\nb[0]=A\nb[1]=B\n", labmap_svg);
	size_t size = 0;

	ok(count(svg, "<line") == 3 && count(svg, "<ellipse") == 2 && count(svg, "<rect") == 3,
	   "each machine, domain and interface is drawn");
	ok(!strcmp(svg, drawn("a[0]=A\nb[0]=A\nb[1]=B\n", labmap_svg)),
	   "the same lab gives the same picture");
	ok(count(drawn("", labmap_svg), "</svg>") == 1, "an empty lab gives a valid picture");
	ok(!strstr(drawn("a[0]=A\n", labmap_svg), "nan"), "a single machine has a valid position");
	for (int i = 0; i < 150; i++)
		size += sprintf(conf + size, "m%d[0]=D%d\nm%d[1]=D%d\n", i, i % 7, i, i % 11 + 7);
	svg = drawn(conf, labmap_svg);
	ok(count(svg, "<rect") == 151 && !strstr(svg, "nan") && !strstr(svg, "inf"),
	   "a large lab is drawn with finite numbers");
	ok(!strstr(drawn("a[0]=\"<b>&x\"\n", labmap_svg), "<b>"), "markup in names is escaped");
}

const char *__asan_default_options(void)
{
	return "detect_leaks=0";
}

int main(void)
{
	texts();
	pictures();
	return tap_done();
}
