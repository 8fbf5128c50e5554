package wire

import (
	"bytes"
	"compress/gzip"
	"io"
	"strings"

	"github.com/drover-dr/drover/internal/untrusted"
)

// maxUnzipped is the largest body that a compressed one may unpack to.
const maxUnzipped = 8 << 20

// Unzip decompresses the body of a request. AWS's clients compress large ones, in every protocol, and say so in the last
// word of Content-Encoding. A body that has been unpacked loses that word, and is checked as [CheckDepth] checks others.
func Unzip(req *Request) *Error {
	if req.HTTP == nil {
		return nil // a request that AWS makes itself
	}
	encodings := strings.Split(strings.Join(req.HTTP.Header.Values("Content-Encoding"), ","), ",")
	last := len(encodings) - 1
	if !strings.EqualFold(strings.TrimSpace(encodings[last]), "gzip") {
		return nil
	}
	zipped, err := gzip.NewReader(bytes.NewReader(req.Body))
	if err != nil {
		return BadRequest("SerializationException", "decompress body: %v", err)
	}
	body, err := io.ReadAll(io.LimitReader(zipped, maxUnzipped+1))
	if err == nil {
		err = untrusted.CheckSize(body, maxUnzipped)
	}
	if err != nil {
		return BadRequest("SerializationException", "decompress body: %v", err)
	}
	req.Body = body
	req.HTTP.Header = req.HTTP.Header.Clone()
	if rest := encodings[:last]; len(rest) > 0 {
		req.HTTP.Header["Content-Encoding"] = []string{strings.Join(rest, ",")}
	} else {
		req.HTTP.Header.Del("Content-Encoding")
	}
	return CheckDepth(req)
}
