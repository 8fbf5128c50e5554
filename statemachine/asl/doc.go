// Package asl plays Step Functions state machines.
package asl
