package s3

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Objects are addressed path-style, /bucket/key (S3-1).

type params struct {
	bucket, key string
	query       url.Values
	body        []byte
	contentType string
	// algorithm is the one of the checksum that the body was compared with.
	algorithm string
	// onlyNew is If-None-Match: *.
	onlyNew bool
}

func (p *params) Object() string { return strings.TrimSuffix(p.bucket+"/"+p.key, "/") }

func (s *Service) bucketARN(name string) string { return s.k.GlobalARN("s3", name) }

// maxKey is how many bytes a key may have.
const maxKey = 1024

// Open finds the operation of a request and decodes its parameters.
func (s *Service) Open(req *wire.Request) *wire.Error {
	p := &params{query: req.HTTP.URL.Query(), body: req.Body, contentType: req.HTTP.Header.Get("Content-Type")}
	p.bucket, p.key, _ = strings.Cut(strings.TrimPrefix(req.HTTP.URL.Path, "/"), "/")
	p.onlyNew = req.HTTP.Header.Get("If-None-Match") == "*"
	req.Params = p
	req.Operation = operationOf(req.HTTP.Method, p)
	if _, ok := operations[req.Operation]; !ok {
		return wire.UnknownOperation(req)
	}
	if err := checkHeaders(req); err != nil {
		return err
	}
	if len(p.key) > maxKey {
		return wire.BadRequest("KeyTooLongError", "Your key is too long")
	}
	if req.Operation == "PutObject" {
		return p.readBody(req)
	}
	return nil
}

// readBody takes a body in chunks apart, and compares it with its digests.
func (p *params) readBody(req *wire.Request) *wire.Error {
	var trailers http.Header
	if strings.Contains(req.HTTP.Header.Get("Content-Encoding"), "aws-chunked") {
		var err error
		if p.body, trailers, err = unchunk(req.Body); err != nil {
			return wire.BadRequest("IncompleteBody", "The body is not aws-chunked: %v", err)
		}
		if err := checkLength(req.HTTP.Header, p.body); err != nil {
			return err
		}
	}
	var err *wire.Error
	p.algorithm, err = verify(req.HTTP.Header, trailers, p.body)
	return err
}

// operations are the operations, each with the parameters that its query may have.
var operations = map[string][]string{
	"PutObject": nil, "GetObject": nil, "HeadObject": nil, "HeadBucket": nil, "GetBucketLocation": {"location"},
	"ListObjectsV2": {"list-type", "prefix", "max-keys", "continuation-token", "encoding-type", "start-after", "delimiter"},
	"ListBuckets":   {"prefix", "max-buckets", "continuation-token", "bucket-region"},
}

// operationOf names the operation of a request, or describes a request that is none of operations. It does not use the
// SDK's parameter x-id, which other clients do not send.
func operationOf(method string, p *params) string {
	operation := ""
	switch {
	case p.key != "":
		operation = map[string]string{http.MethodPut: "PutObject", http.MethodGet: "GetObject", http.MethodHead: "HeadObject"}[method]
	case p.bucket == "" && method == http.MethodGet:
		operation = "ListBuckets"
	case p.bucket != "" && method == http.MethodHead:
		operation = "HeadBucket"
	case method == http.MethodGet && p.query.Has("location"):
		operation = "GetBucketLocation"
	case method == http.MethodGet && p.query.Get("list-type") == "2":
		operation = "ListObjectsV2"
	}
	var others []string
	for _, name := range slices.Sorted(maps.Keys(p.query)) {
		if name != "x-id" && !slices.Contains(operations[operation], name) {
			others = append(others, name)
		}
	}
	if operation == "" || len(others) > 0 {
		return strings.TrimSpace(method + " " + p.Object() + " " + strings.Join(others, " "))
	}
	return operation
}

// unchunk decodes the aws-chunked encoding: chunks with their sizes before them, then trailers.
func unchunk(body []byte) (content []byte, trailers http.Header, err error) {
	for {
		line, rest, found := bytes.Cut(body, []byte("\r\n"))
		if !found {
			return nil, nil, fmt.Errorf("no size in front of a chunk")
		}
		text, _, _ := strings.Cut(string(line), ";")
		size, err := strconv.ParseInt(text, 16, 32)
		if err != nil || size < 0 || int(size) > len(rest) {
			return nil, nil, fmt.Errorf("a chunk of size %q", text)
		}
		if size == 0 {
			return content, trailersIn(rest), nil
		}
		content = append(content, rest[:size]...)
		body = bytes.TrimPrefix(rest[size:], []byte("\r\n"))
	}
}

func trailersIn(rest []byte) http.Header {
	trailers := http.Header{}
	for line := range strings.Lines(string(rest)) {
		if name, value, ok := strings.Cut(strings.TrimSpace(line), ":"); ok {
			trailers.Set(name, strings.TrimSpace(value))
		}
	}
	return trailers
}

// Permissions are what IAM must allow for a request.
func (s *Service) Permissions(req *wire.Request) []wire.Permission {
	p := req.Params.(*params)
	resource := s.bucketARN(p.bucket) + "/" + p.key
	switch req.Operation {
	case "ListBuckets":
		return []wire.Permission{{Action: "s3:ListAllMyBuckets", Resource: "*"}}
	case "ListObjectsV2":
		return []wire.Permission{{Action: "s3:ListBucket", Resource: s.bucketARN(p.bucket), Context: map[string][]string{"s3:prefix": {p.query.Get("prefix")}}}}
	case "HeadBucket":
		return []wire.Permission{{Action: "s3:ListBucket", Resource: s.bucketARN(p.bucket)}}
	case "GetBucketLocation":
		return []wire.Permission{{Action: "s3:GetBucketLocation", Resource: s.bucketARN(p.bucket)}}
	case "PutObject":
		return []wire.Permission{{Action: "s3:PutObject", Resource: resource}}
	}
	return []wire.Permission{{Action: "s3:GetObject", Resource: resource}}
}

type xmlListing struct {
	XMLName               xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListBucketResult"`
	Name, Prefix          string
	Delimiter             string `xml:",omitempty"`
	KeyCount, MaxKeys     int
	EncodingType          string `xml:",omitempty"`
	IsTruncated           bool
	ContinuationToken     string `xml:",omitempty"`
	NextContinuationToken string `xml:",omitempty"`
	StartAfter            string `xml:",omitempty"`
	Contents              []xmlObject
	CommonPrefixes        []xmlPrefix
}

type xmlPrefix struct{ Prefix string }

type xmlObject struct {
	Key          string
	LastModified string
	ETag         string
	Size         int
	StorageClass string
}

// list answers ListObjectsV2; a continuation token is the last key before the page.
func (s *Service) list(req *wire.Request, b *bucket, p *params) (*wire.Response, *wire.Error) {
	q := p.query
	out := xmlListing{
		Name: p.bucket, Prefix: q.Get("prefix"), Delimiter: q.Get("delimiter"), MaxKeys: 1000,
		EncodingType: q.Get("encoding-type"), ContinuationToken: q.Get("continuation-token"), StartAfter: q.Get("start-after"),
	}
	switch {
	case q.Has("encoding-type") && out.EncodingType != "url":
		return nil, wire.BadRequest("InvalidArgument", "Invalid Encoding Method specified in Request")
	case q.Has("continuation-token") && out.ContinuationToken == "":
		return nil, wire.BadRequest("InvalidArgument", "The continuation token provided is incorrect")
	}
	if text := q.Get("max-keys"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 0 {
			return nil, wire.BadRequest("InvalidArgument", "Provided max-keys not an integer or within integer range")
		}
		out.MaxKeys = min(n, out.MaxKeys)
	}
	out.fill(b, max(out.ContinuationToken, q.Get("start-after")))
	return listing(req, out), nil
}

// fill lists the keys after the given one. Keys that continue after the delimiter are listed as one common prefix.
func (out *xmlListing) fill(b *bucket, after string) {
	last := ""
	for _, key := range slices.Sorted(maps.Keys(b.objects)) {
		rest, ok := strings.CutPrefix(key, out.Prefix)
		if key <= after || !ok {
			continue
		}
		entry := key
		folder, _, folded := strings.Cut(rest, out.Delimiter)
		if folded = folded && out.Delimiter != ""; folded {
			entry = out.Prefix + folder + out.Delimiter
		}
		if folded && (entry == last || strings.HasPrefix(after, entry)) {
			continue
		}
		if out.KeyCount == out.MaxKeys {
			out.IsTruncated, out.NextContinuationToken = true, last
			return
		}
		last, out.KeyCount = entry, out.KeyCount+1
		if folded {
			out.CommonPrefixes = append(out.CommonPrefixes, xmlPrefix{encodeKey(entry, out.EncodingType)})
		} else {
			out.Contents = append(out.Contents, b.objects[key].listed(key, out.EncodingType))
		}
	}
}

func encodeKey(key, encoding string) string {
	if encoding == "url" {
		return strings.ReplaceAll(url.QueryEscape(key), "%2F", "/")
	}
	return key
}

func (o *object) listed(key, encoding string) xmlObject {
	key = encodeKey(key, encoding)
	return xmlObject{Key: key, LastModified: o.modified.UTC().Format(time.RFC3339), ETag: o.etag(), Size: len(o.body), StorageClass: "STANDARD"}
}

func response(req *wire.Request, status int, header http.Header, body []byte) *wire.Response {
	header.Set("X-Amz-Request-Id", req.ID)
	return &wire.Response{Status: status, Header: header, Body: body}
}

// Fail writes an error. The answer to a HEAD request has no body, only the status.
func (s *Service) Fail(req *wire.Request, e *wire.Error) *wire.Response {
	header, status := http.Header{"Content-Type": {"application/xml"}}, cmp.Or(e.Status, http.StatusBadRequest)
	place, moved := e.Details.(elsewhere)
	if moved {
		header.Set(regionHeader, place.region)
	}
	if req.HTTP.Method == http.MethodHead {
		return response(req, status, header, nil)
	}
	code := e.Code
	if code == wire.CodeUnknownKey {
		code = "InvalidAccessKeyId"
	}
	body, err := xml.Marshal(struct {
		XMLName          xml.Name `xml:"Error"`
		Code, Message    string
		Endpoint, Bucket string `xml:",omitempty"`
		RequestId        string
	}{Code: code, Message: e.Message, Endpoint: place.endpoint, Bucket: place.bucket, RequestId: req.ID})
	if err != nil {
		panic("encode an error: " + err.Error()) // strings only
	}
	return response(req, status, header, body)
}
