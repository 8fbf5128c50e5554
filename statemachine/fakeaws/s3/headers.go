package s3

import (
	"maps"
	"net/http"
	"slices"
	"strings"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// kept are the headers of PutObject that an object has again when it is read, beside those of x-amz-meta-.
var kept = []string{"Cache-Control", "Content-Disposition", "Content-Encoding", "Content-Language", "Expires"}

const userMetadata = "X-Amz-Meta-"

// maxMetadata is the most bytes of names and values that the metadata of an object may have; see "Working with object
// metadata" in the Amazon S3 User Guide.
const maxMetadata = 2 << 10

// signing are the headers that belong to a request and not to an operation.
var signing = []string{"X-Amz-Content-Sha256", "X-Amz-Date", "X-Amz-Security-Token", "X-Amz-User-Agent"}

// headersOf are the headers of x-amz- that each operation has here, beside those of signing.
var headersOf = map[string][]string{
	"PutObject": {
		"X-Amz-Decoded-Content-Length", "X-Amz-Sdk-Checksum-Algorithm", "X-Amz-Trailer", "X-Amz-Checksum-Crc32", "X-Amz-Checksum-Crc32c",
		"X-Amz-Checksum-Crc64nvme", "X-Amz-Checksum-Sha1", "X-Amz-Checksum-Sha256", "X-Amz-Storage-Class", "X-Amz-Server-Side-Encryption",
	},
	"GetObject":  {"X-Amz-Checksum-Mode"},
	"HeadObject": {"X-Amz-Checksum-Mode"},
}

// only are headers that may have one value here.
var only = map[string]string{
	"X-Amz-Storage-Class": "STANDARD", "X-Amz-Server-Side-Encryption": "AES256", "X-Amz-Checksum-Mode": "ENABLED",
}

// conditions are the headers without x-amz- that the simulator does not have.
var conditions = []string{"Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"}

// checkHeaders refuses, by its name, a header that the operation does not have here: what is ignored may be what matters.
func checkHeaders(req *wire.Request) *wire.Error {
	put := req.Operation == "PutObject"
	for _, name := range slices.Sorted(maps.Keys(req.HTTP.Header)) {
		value := strings.Join(req.HTTP.Header.Values(name), ",")
		amazon := strings.HasPrefix(name, "X-Amz-") && !slices.Contains(signing, name) && name != expectedOwner
		switch {
		case slices.Contains(conditions, name) && !(put && name == "If-None-Match" && value == "*"),
			amazon && !slices.Contains(headersOf[req.Operation], name) && !(put && strings.HasPrefix(name, userMetadata)):
			return wire.NotImplemented("the header %s of %s", name, req.Operation)
		case only[name] != "" && value != only[name]:
			return wire.NotImplemented("the header %s of %s with the value %q; it has %s", name, req.Operation, value, only[name])
		}
	}
	return nil
}

// expectedOwner is the header with the account that the caller expects the bucket to belong to.
const expectedOwner = "X-Amz-Expected-Bucket-Owner"

// metadata are the headers that an object keeps.
func metadata(h http.Header) (http.Header, *wire.Error) {
	all, size := http.Header{}, 0
	for name, values := range h {
		value := strings.Join(values, ",")
		if name == "Content-Encoding" {
			value = strings.Trim(strings.ReplaceAll(strings.ReplaceAll(value, " ", ""), "aws-chunked", ""), ",")
		}
		user := strings.HasPrefix(name, userMetadata)
		if user {
			size += len(name) - len(userMetadata) + len(value)
		}
		if value != "" && (user || slices.Contains(kept, name)) {
			all.Set(name, value)
		}
	}
	if size > maxMetadata {
		return nil, wire.BadRequest("MetadataTooLarge", "Your metadata headers exceed the maximum allowed metadata size")
	}
	return all, nil
}
