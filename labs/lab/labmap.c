// SPDX-License-Identifier: GPL-2.0-only
/*
 * labmap.c - draw a map of a lab: its machines and the collision domains between them
 *
 * Called by `umlab linfo`. The text for a terminal has one block for each domain, which lists the
 * domain's machines. In the SVG, machines and domains are nodes of one graph, whose layout
 * simulates springs: neighbours attract each other and all nodes repel each other. The start
 * positions are fixed, so the same lab always gives the same picture.
 */
#include "lab/labmap.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/clean.h"

/* Returns the next interface of a domain. *at is a position among all interfaces of the lab. */
static const struct lab_nic *nic_next(const struct lab *lab, const char *domain, int *at,
				      const char **machine)
{
	int number = 0;

	for (int i = 0; i < lab->nr_machines; i++)
		for (int j = 0; j < lab->machines[i].nr_nics; j++, number++) {
			const struct lab_nic *nic = &lab->machines[i].nics[j];

			if (number < *at || !nic->domain || strcmp(nic->domain, domain))
				continue;
			*at = number + 1;
			*machine = lab->machines[i].name;
			return nic;
		}
	return NULL;
}

static void domain_text(const struct lab *lab, const char *domain, FILE *out)
{
	const char *machine, *next_machine;
	const struct lab_nic *nic, *next;
	int at = 0;

	clean_printf(out, "%s\n", domain);
	for (nic = nic_next(lab, domain, &at, &machine); nic; nic = next, machine = next_machine) {
		next = nic_next(lab, domain, &at, &next_machine);
		clean_printf(out, " %s── %s eth%d\n", next ? "├" : "└", machine, nic->index);
	}
}

void labmap_text(const struct lab *lab, FILE *out)
{
	struct words domains = { 0 };

	lab_domains(lab, &domains);
	for (int d = 0; d < domains.nr; d++)
		domain_text(lab, domains.at[d], out);
	words_release(&domains);
	for (int i = 0; i < lab->nr_machines; i++)
		if (!lab->machines[i].nr_nics)
			clean_printf(out, "%s (no interface)\n", lab->machines[i].name);
}

struct node {
	const char *name;
	bool domain;		/* otherwise a machine */
	double x, y;		/* in pixels */
	double dx, dy;		/* the force on the node in this round */
};

/* An interface, which connects a machine to a domain. */
struct edge {
	int from, to;		/* machine and domain, as indices of nodes */
	int index;		/* eth number */
};

struct graph {
	struct node *nodes;
	struct edge *edges;
	int nr_nodes, nr_edges;
};

enum {
	ROUNDS = 600,
	REPULSION = 9000,
	SPRING = 110,		/* larger values move neighbours apart */
};

static void forces_repel(struct graph *graph)
{
	for (int i = 0; i < graph->nr_nodes; i++) {
		struct node *node = &graph->nodes[i];

		node->dx = node->dy = 0;
		for (int j = 0; j < graph->nr_nodes; j++) {
			double x = node->x - graph->nodes[j].x, y = node->y - graph->nodes[j].y;
			double square = x * x + y * y + 1;

			node->dx += x / square * REPULSION;
			node->dy += y / square * REPULSION;
		}
	}
}

static void forces_attract(struct graph *graph)
{
	for (int e = 0; e < graph->nr_edges; e++) {
		struct node *a = &graph->nodes[graph->edges[e].from];
		struct node *b = &graph->nodes[graph->edges[e].to];
		double x = a->x - b->x, y = a->y - b->y, pull = sqrt(x * x + y * y) / SPRING;

		a->dx -= x * pull;
		a->dy -= y * pull;
		b->dx += x * pull;
		b->dy += y * pull;
	}
}

/* Places the nodes on a circle, then moves them in shrinking steps until the forces balance. */
static void layout(struct graph *graph)
{
	int nr_nodes = graph->nr_nodes;
	struct node *nodes = graph->nodes;

	for (int i = 0; i < nr_nodes; i++) {
		nodes[i].x = cos(2 * M_PI * i / nr_nodes) * 40 * nr_nodes;
		nodes[i].y = sin(2 * M_PI * i / nr_nodes) * 40 * nr_nodes;
	}
	for (int round = 0; round < ROUNDS; round++) {
		double step = 20 * (1 - round / (double)ROUNDS) + 0.5;

		forces_repel(graph);
		forces_attract(graph);
		for (int i = 0; i < nr_nodes; i++) {
			struct node *node = &nodes[i];
			double length = sqrt(node->dx * node->dx + node->dy * node->dy) + 0.01;
			double way = length < step ? length : step;

			node->x += node->dx / length * way;
			node->y += node->dy / length * way;
		}
	}
}

static int node_find(const struct graph *graph, const char *name, bool domain)
{
	for (int i = 0; i < graph->nr_nodes; i++)
		if (graph->nodes[i].domain == domain && !strcmp(graph->nodes[i].name, name))
			return i;
	return -1;
}

/* Draws the element <svg> and a white background, large enough for all nodes. */
static void draw_frame(const struct graph *graph, FILE *out)
{
	double left = 0, top = 0, right = 0, bottom = 0;

	for (int i = 0; i < graph->nr_nodes; i++) {
		left = fmin(left, graph->nodes[i].x);
		right = fmax(right, graph->nodes[i].x);
		top = fmin(top, graph->nodes[i].y);
		bottom = fmax(bottom, graph->nodes[i].y);
	}
	fprintf(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"%.0f %.0f %.0f %.0f\" "
		"font-family=\"sans-serif\" font-size=\"13\" text-anchor=\"middle\">\n",
		left - 70, top - 40, right - left + 140, bottom - top + 80);
	fprintf(out, "<rect x=\"%.0f\" y=\"%.0f\" width=\"100%%\" height=\"100%%\" "
		"fill=\"white\"/>\n", left - 70, top - 40);
}

/* Draws a line, with the interface's number closer to the machine's end. */
static void draw_edge(const struct graph *graph, const struct edge *edge, FILE *out)
{
	const struct node *a = &graph->nodes[edge->from], *b = &graph->nodes[edge->to];

	fprintf(out, "<line x1=\"%.0f\" y1=\"%.0f\" x2=\"%.0f\" y2=\"%.0f\" stroke=\"#888\"/>\n",
		a->x, a->y, b->x, b->y);
	fprintf(out, "<text x=\"%.0f\" y=\"%.0f\" font-size=\"10\" fill=\"#666\">eth%d</text>\n",
		a->x * 0.62 + b->x * 0.38, a->y * 0.62 + b->y * 0.38, edge->index);
}

static void draw_node(const struct node *node, FILE *out)
{
	double half = 4.5 * strlen(node->name) + 10;

	if (node->domain)
		fprintf(out, "<ellipse cx=\"%.0f\" cy=\"%.0f\" rx=\"%.0f\" ry=\"14\" "
			"fill=\"#eef\" stroke=\"#88a\"/>\n", node->x, node->y, half);
	else
		fprintf(out, "<rect x=\"%.0f\" y=\"%.0f\" width=\"%.0f\" height=\"28\" rx=\"5\" "
			"fill=\"#efe\" stroke=\"#484\"/>\n",
			node->x - half, node->y - 14, 2 * half);
	/* Names need no escaping: labfile.c allows no character that is special in SVG. */
	fprintf(out, "<text x=\"%.0f\" y=\"%.0f\">%s</text>\n", node->x, node->y + 4.5, node->name);
}

static void graph_make(const struct lab *lab, const struct words *domains, struct graph *graph)
{
	int most = 0;

	for (int i = 0; i < lab->nr_machines; i++)
		most += lab->machines[i].nr_nics;
	graph->nodes = txt_alloc(lab->nr_machines + domains->nr, sizeof(*graph->nodes));
	graph->edges = txt_alloc(most, sizeof(*graph->edges));
	for (int i = 0; i < lab->nr_machines; i++)
		graph->nodes[graph->nr_nodes++].name = lab->machines[i].name;
	for (int i = 0; i < domains->nr; i++)
		graph->nodes[graph->nr_nodes++] = (struct node){ .name = domains->at[i],
								 .domain = true };
	for (int i = 0; i < lab->nr_machines; i++)
		for (int j = 0; j < lab->machines[i].nr_nics; j++) {
			const struct lab_nic *nic = &lab->machines[i].nics[j];

			if (nic->domain)
				graph->edges[graph->nr_edges++] = (struct edge){
					.from = i, .to = node_find(graph, nic->domain, true),
					.index = nic->index,
				};
		}
}

void labmap_svg(const struct lab *lab, FILE *out)
{
	struct words domains = { 0 };
	struct graph graph = { 0 };

	lab_domains(lab, &domains);
	graph_make(lab, &domains, &graph);
	layout(&graph);
	draw_frame(&graph, out);
	for (int e = 0; e < graph.nr_edges; e++)
		draw_edge(&graph, &graph.edges[e], out);
	for (int i = 0; i < graph.nr_nodes; i++)
		draw_node(&graph.nodes[i], out);
	fprintf(out, "</svg>\n");
	free(graph.nodes);
	free(graph.edges);
	words_release(&domains);
}
