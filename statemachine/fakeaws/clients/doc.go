// Package clients simulates the users and canaries of applications. What they experience is the measure of client impact,
// and becomes the metrics by which a failover is verified.
//
// Clients resolve names, keep the answers for the TTL, and call the Regions that the answers lead to. Nothing is random: the
// population of an application is divided into cohorts, one for each second of the TTL; every second the next cohort
// resolves again, and requests are fractions (tick.go). A request is served when its Region is not dark, the application's
// release there does not fail it, and, for a write, the global clusters have a writer.
//
// A canary calls every Region directly, past DNS, so that a Region without users has health metrics too (TRF-2).
package clients
