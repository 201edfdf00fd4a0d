// SPDX-License-Identifier: GPL-2.0-only
/*
 * labmap.c - a lab drawn: machines and the collision domains between them
 *
 * For the terminal one block per domain, its machines hanging off it. As SVG machines and
 * domains are nodes of one graph, laid out by springs: neighbours attract, all repel; a
 * fixed start makes the same picture of the same lab.
 */
#include "lab/labmap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void labmap_text(const struct lab *lab, FILE *out)
{
	struct words domains = { 0 };

	lab_domains(lab, &domains);
	for (int d = 0; d < domains.nr; d++) {
		int nr = 0, seen = 0;

		for (int i = 0; i < lab->nr_machines; i++)
			for (int j = 0; j < lab->machines[i].nr_nics; j++)
				nr += lab->machines[i].nics[j].domain && !strcmp(lab->machines[i].nics[j].domain, domains.at[d]);
		fprintf(out, "%s\n", domains.at[d]);
		for (int i = 0; i < lab->nr_machines; i++)
			for (int j = 0; j < lab->machines[i].nr_nics; j++)
				if (lab->machines[i].nics[j].domain && !strcmp(lab->machines[i].nics[j].domain, domains.at[d]))
					fprintf(out, " %s── %s eth%d\n", ++seen == nr ? "└" : "├", lab->machines[i].name, lab->machines[i].nics[j].index);
	}
	for (int i = 0; i < lab->nr_machines; i++)
		if (!lab->machines[i].nr_nics)
			fprintf(out, "%s (no interface)\n", lab->machines[i].name);
}

struct node {
	const char *name;
	bool domain;
	double x, y, dx, dy;
};

struct edge {
	int from, to, index;
};

static void layout(struct node *nodes, int nr_nodes, const struct edge *edges, int nr_edges)
{
	for (int i = 0; i < nr_nodes; i++) {
		nodes[i].x = cos(2 * M_PI * i / nr_nodes) * 40 * nr_nodes;
		nodes[i].y = sin(2 * M_PI * i / nr_nodes) * 40 * nr_nodes;
	}
	for (int round = 0; round < 600; round++) {
		double step = 20 * (1 - round / 600.0) + 0.5;

		for (int i = 0; i < nr_nodes; i++) {
			nodes[i].dx = nodes[i].dy = 0;
			for (int j = 0; j < nr_nodes; j++) {
				double x = nodes[i].x - nodes[j].x, y = nodes[i].y - nodes[j].y, square = x * x + y * y + 1;

				nodes[i].dx += x / square * 9000;
				nodes[i].dy += y / square * 9000;
			}
		}
		for (int e = 0; e < nr_edges; e++) {
			struct node *a = &nodes[edges[e].from], *b = &nodes[edges[e].to];
			double x = a->x - b->x, y = a->y - b->y, pull = sqrt(x * x + y * y) / 110;

			a->dx -= x * pull;
			a->dy -= y * pull;
			b->dx += x * pull;
			b->dy += y * pull;
		}
		for (int i = 0; i < nr_nodes; i++) {
			double length = sqrt(nodes[i].dx * nodes[i].dx + nodes[i].dy * nodes[i].dy) + 0.01;
			double way = length < step ? length : step;

			nodes[i].x += nodes[i].dx / length * way;
			nodes[i].y += nodes[i].dy / length * way;
		}
	}
}

static int node_find(const struct node *nodes, int nr, const char *name, bool domain)
{
	for (int i = 0; i < nr; i++)
		if (nodes[i].domain == domain && !strcmp(nodes[i].name, name))
			return i;
	return -1;
}

static void draw(const struct node *nodes, int nr_nodes, const struct edge *edges, int nr_edges, FILE *out)
{
	double left = 0, top = 0, right = 0, bottom = 0;

	for (int i = 0; i < nr_nodes; i++) {
		left = fmin(left, nodes[i].x);
		right = fmax(right, nodes[i].x);
		top = fmin(top, nodes[i].y);
		bottom = fmax(bottom, nodes[i].y);
	}
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%.0f %.0f %.0f %.0f\" font-family=\"sans-serif\" font-size=\"13\" "
		"text-anchor=\"middle\">\n<rect x=\"%.0f\" y=\"%.0f\" width=\"100%%\" height=\"100%%\" fill=\"white\"/>\n",
		left - 70, top - 40, right - left + 140, bottom - top + 80, left - 70, top - 40);
	for (int e = 0; e < nr_edges; e++) {
		const struct node *a = &nodes[edges[e].from], *b = &nodes[edges[e].to];

		fprintf(out, "<line x1=\"%.0f\" y1=\"%.0f\" x2=\"%.0f\" y2=\"%.0f\" stroke=\"#888\"/>\n", a->x, a->y, b->x, b->y);
		fprintf(out, "<text x=\"%.0f\" y=\"%.0f\" font-size=\"10\" fill=\"#666\">eth%d</text>\n",
			a->x * 0.62 + b->x * 0.38, a->y * 0.62 + b->y * 0.38, edges[e].index);
	}
	for (int i = 0; i < nr_nodes; i++) {
		const struct node *node = &nodes[i];
		double half = 4.5 * strlen(node->name) + 10;

		if (node->domain)
			fprintf(out, "<ellipse cx=\"%.0f\" cy=\"%.0f\" rx=\"%.0f\" ry=\"14\" fill=\"#eef\" stroke=\"#88a\"/>\n", node->x, node->y, half);
		else
			fprintf(out, "<rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"28\" rx=\"5\" fill=\"#efe\" stroke=\"#484\"/>\n",
				node->x - half, node->y - 14, 2 * half);
		/* Names hold nothing that SVG would take for more (labfile.c). */
		fprintf(out, "<text x=\"%.0f\" y=\"%.0f\">%s</text>\n", node->x, node->y + 4.5, node->name);
	}
	fprintf(out, "</svg>\n");
}

void labmap_svg(const struct lab *lab, FILE *out)
{
	struct words domains = { 0 };
	int nr_nodes = 0, nr_edges = 0, most = 0;
	struct node *nodes;
	struct edge *edges;

	lab_domains(lab, &domains);
	for (int i = 0; i < lab->nr_machines; i++)
		most += lab->machines[i].nr_nics;
	nodes = calloc(lab->nr_machines + domains.nr + 1, sizeof(*nodes));
	edges = calloc(most + 1, sizeof(*edges));
	for (int i = 0; i < lab->nr_machines; i++)
		nodes[nr_nodes++] = (struct node){ .name = lab->machines[i].name };
	for (int i = 0; i < domains.nr; i++)
		nodes[nr_nodes++] = (struct node){ .name = domains.at[i], .domain = true };
	for (int i = 0; i < lab->nr_machines; i++)
		for (int j = 0; j < lab->machines[i].nr_nics; j++)
			if (lab->machines[i].nics[j].domain)
				edges[nr_edges++] = (struct edge){ i, node_find(nodes, nr_nodes, lab->machines[i].nics[j].domain, true),
								   lab->machines[i].nics[j].index };
	layout(nodes, nr_nodes, edges, nr_edges);
	draw(nodes, nr_nodes, edges, nr_edges, out);
	free(nodes);
	free(edges);
}
