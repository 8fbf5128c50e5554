package fakeaws

import (
	"bytes"
	"errors"
	"io"
	"net/http"

	"github.com/drover-dr/drover/internal/untrusted"
)

// maxBodies are the largest bodies that the services accept, in bytes, by the name in the signature: a body is read
// before anything is known of it, and what is larger is refused by AWS too.
var maxBodies = map[string]int64{
	"dynamodb":    16 << 20, // "Quotas in Amazon DynamoDB": 16 MB, for BatchWriteItem
	"execute-api": 10 << 20, // "Quotas for HTTP APIs": payload size
	"lambda":      6 << 20,  // "Lambda quotas": synchronous invocation payload
	"s3":          64 << 20, // 5 GB in "PutObject"; the largest report is far below
}

// maxOther is for all other services: "CloudWatch service quotas" has 1 MB for PutMetricData, and Step Functions, SNS, SQS
// and EventBridge accept 256 KB, Route 53 32,000 characters of values, before they are encoded.
const maxOther = 1 << 20

// maxUnzipped is the largest body of which a compressed one may be made.
const maxUnzipped = 8 << 20

// readBody reads a body of at most the size that its service accepts.
func readBody(rw http.ResponseWriter, r *http.Request) ([]byte, *APIError, error) {
	limit := int64(maxOther)
	if scope := credential.FindStringSubmatch(r.Header.Get("Authorization")); scope == nil {
		limit = maxBodies["execute-api"] // what has no signature is for an API, or for nothing
	} else if most, known := maxBodies[scope[3]]; known {
		limit = most
	}
	body, err := io.ReadAll(http.MaxBytesReader(rw, r.Body, limit))
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		refusal := badRequest("RequestEntityTooLarge", "the body has more than %d bytes, the most that the service accepts", limit)
		refusal.Status = http.StatusRequestEntityTooLarge
		return nil, refusal, nil
	}
	return body, nil, err
}

// checkDepth refuses JSON that is nested deeper than anything AWS accepts, before a service reads it. What is kept in a
// bucket is read by nothing here.
func checkDepth(req *Request) *APIError {
	text := bytes.TrimLeft(req.Body, " \t\r\n")
	if req.Service == "s3" || len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return nil
	}
	if err := untrusted.CheckJSON(text, len(text)); err != nil {
		return badRequest("SerializationException", "%v", err)
	}
	return nil
}
