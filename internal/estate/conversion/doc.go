// Package conversion turns names with simple, latency, failover or geolocation record sets into weighted pairs, and back. Each
// name is one atomic unit: its record sets are deleted exactly as they are and the new ones are created in the same batch, which
// Route 53 takes as a whole or rejects as a whole. A name is converted only if no client gets another answer, whatever is healthy
// ([Compare]), unless the user accepts the difference.
//
//   - answers.go is what clients get of a group of record sets.
//   - plan.go finds out what there is to do, serving.go which Region serves a name today, undo.go what there is to undo.
//   - apply.go does it.
package conversion
