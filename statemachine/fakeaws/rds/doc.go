// Package rds is Amazon RDS as far as Aurora Global Database goes: global clusters whose writer is moved from one Region to
// another.
//
// A global cluster has one member in each Region. One member is the writer of the topology; whether a member in fact
// accepts writes is kept apart from that, because after a failover from a dark Region the old writer may still accept them.
// A promotion is a sequence of timed steps (promotion.go): pending, switching-over or failing-over, the new writer, the
// end. A switchover waits for replication and loses nothing; a failover loses what was not replicated ([Loss]).
//
// What RDS requires of a promotion (the Region to call, versions, states) is in wire.go and version.go.
package rds
