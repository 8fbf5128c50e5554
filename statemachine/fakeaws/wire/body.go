package wire

import (
	"bytes"
	"errors"
	"net/http"

	"github.com/drover-dr/drover/internal/untrusted"
)

// DefaultMaxBody is the largest body, in bytes, that a service accepts if it has no limit of its own: "CloudWatch service
// quotas" has 1 MB for PutMetricData, and Step Functions, SNS, SQS and EventBridge accept 256 KB, Route 53 32,000
// characters of values, before they are encoded.
const DefaultMaxBody = 1 << 20

// believed is the longest body for which room is made before it has come.
const believed = 16 << 10

// ReadBody reads a body of at most limit bytes, before anything else is known of it. A larger one is an [Error], as it is
// with AWS; the other error is that of a client that has gone.
func ReadBody(rw http.ResponseWriter, r *http.Request, limit int64) ([]byte, *Error, error) {
	// A client may say any length, so that no more is believed than is small.
	body := bytes.NewBuffer(make([]byte, 0, min(max(0, r.ContentLength), believed)+bytes.MinRead))
	_, err := body.ReadFrom(http.MaxBytesReader(rw, r.Body, limit))
	if large := (*http.MaxBytesError)(nil); errors.As(err, &large) {
		rejection := BadRequest("RequestEntityTooLarge", "the body has more than %d bytes, the most that the service accepts", limit)
		rejection.Status = http.StatusRequestEntityTooLarge
		return nil, rejection, nil
	}
	return body.Bytes(), nil, err
}

// CheckDepth rejects JSON that is nested deeper than anything AWS accepts, before a service reads it.
func CheckDepth(req *Request) *Error {
	text := bytes.TrimLeft(req.Body, " \t\r\n")
	if len(text) == 0 || text[0] != '{' && text[0] != '[' {
		return nil
	}
	if err := untrusted.CheckJSON(text, len(text)); err != nil {
		return BadRequest("SerializationException", "%v", err)
	}
	return nil
}
