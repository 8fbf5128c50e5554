// Package live reads the current state from AWS: the record sets that Route 53 has accepted, the writers of global clusters,
// the metrics. It changes nothing, decides nothing, and uses only the clients that it is given: the caller decides which Region
// may be called (a failover never calls its source Region).
//
// It reads everything for all applications of a run at once, in as few calls as the APIs of AWS allow, and returns every result
// in the order of the applications. An object that does not exist is part of an answer, not an error; an error means that it
// could not be read.
//
//   - [Records] and [ReadFence] read hosted zones.
//   - [Databases] and [Clusters] read Aurora global clusters and their members in one Region.
//   - [Health], [Alarms] and [Lag] read CloudWatch in one Region.
//   - [Take] combines them: which applications are wholly in a Region, and why the others are not.
package live
