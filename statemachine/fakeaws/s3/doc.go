// Package s3 is Amazon S3: buckets of a Region and their objects, without versions. Objects are addressed path-style,
// /bucket/key; SDKs do so by themselves when the host of the endpoint is an IP address (S3-1 in docs/fidelity.md).
package s3
