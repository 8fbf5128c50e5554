// Package plainbody lets the AWS SDK speak to a server on the loopback, such as the AWS simulator.
package plainbody

import (
	"io"
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	awshttp "github.com/aws/aws-sdk-go-v2/aws/transport/http"
)

// Client is the SDK's own client without what would sometimes make it close a connection in the middle of an answer.
//
// The SDK closes a request's body as soon as the answer begins. The transport may at that moment be about to look
// whether the body really has ended, and asks it to write itself; a closed body says io.EOF to that, which the
// transport takes for a failed request. Asked to be read, it says the same, and there it means the end. A server on
// the loopback answers fast enough for this to happen, so the method is hidden.
type Client struct {
	*awshttp.BuildableClient
}

// New returns a client with the SDK's settings.
func New() Client { return Client{awshttp.NewBuildableClient()} }

// Wrap makes such a client of the one that the SDK has configured; one that is not the SDK's own stays as it is.
func Wrap(client aws.HTTPClient) aws.HTTPClient {
	if own, ok := client.(*awshttp.BuildableClient); ok {
		return Client{own}
	}
	return client
}

// Do sends a request.
func (c Client) Do(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return c.BuildableClient.Do(r)
}
