// Package dynamodb is Amazon DynamoDB with global tables of the eventually consistent kind (MREC): each Region has a replica
// of its own, reads and conditions see the local replica only, and a write reaches the other replicas later.
//
//   - dynamodb.go opens requests, operations.go performs them. Expressions are compiled by package expression.
//   - replication.go delivers writes to the other replicas. The last writer wins, item by item; what a dark Region or a
//     disconnected link keeps back is delivered afterwards.
//   - capacity.go throttles a partition key that is read or written too fast.
package dynamodb
