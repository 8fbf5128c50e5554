// Package live reads what is so: the record sets that Route 53 has accepted, who writes a global cluster, what the
// metrics say. It changes nothing, decides nothing, and asks only the clients that it is given: which Region may be
// asked is the caller's to know (during a failover, never the one that is left).
//
// Everything is read for all applications of a run at once, in as few calls as AWS's interfaces allow, and every result
// comes in the order of the applications. What does not exist is part of an answer, not an error; an error means that
// it could not be read.
//
//   - [Records] and [ReadFence] read hosted zones.
//   - [Databases] and [Clusters] read Aurora global clusters and their members in one Region.
//   - [Health], [Alarms] and [Lag] read CloudWatch in one Region.
//   - [Take] puts them together: which applications are wholly in a Region, and why the others are not.
package live
