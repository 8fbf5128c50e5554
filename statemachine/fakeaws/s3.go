package fakeaws

import (
	"crypto/md5" //nolint:gosec // an ETag is the MD5 of the object
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash/crc32"
	"net/http"
	"slices"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// s3 holds buckets and objects, without versions.
type s3 struct {
	w       *World
	buckets map[string]*s3Bucket
}

type s3Bucket struct {
	region  string
	created time.Time
	objects map[string]*s3Object
}

type s3Object struct {
	body        []byte
	contentType string
	modified    time.Time
}

func newS3(w *World) *s3 { return &s3{w: w, buckets: map[string]*s3Bucket{}} }

// AddBucket adds an empty bucket in a Region.
func (w *World) AddBucket(region, name string) error {
	w.k.Lock()
	defer w.k.Unlock()
	if w.s3.buckets[name] != nil {
		return fmt.Errorf("add bucket %s: it exists", name)
	}
	if err := w.k.CheckRegion(region); err != nil {
		return fmt.Errorf("add bucket %s: %w", name, err)
	}
	w.s3.buckets[name] = &s3Bucket{region: region, created: w.k.Now(), objects: map[string]*s3Object{}}
	return nil
}

// Object returns the content of an object, and whether it is there.
func (w *World) Object(bucket, key string) ([]byte, bool) {
	w.k.Lock()
	defer w.k.Unlock()
	b := w.s3.buckets[bucket]
	if b == nil || b.objects[key] == nil {
		return nil, false
	}
	return slices.Clone(b.objects[key].body), true
}

func (o *s3Object) etag() string {
	sum := md5.Sum(o.body) //nolint:gosec // not for security
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func (o *s3Object) header() http.Header {
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(o.body))
	return http.Header{
		"Etag":                 {o.etag()},
		"Content-Type":         {o.contentType},
		"Last-Modified":        {o.modified.UTC().Format(http.TimeFormat)},
		"X-Amz-Checksum-Crc32": {base64.StdEncoding.EncodeToString(sum)},
	}
}

func (s *s3) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	p := req.Params.(*s3Params)
	if req.Operation == "ListBuckets" {
		return s.listBuckets(req)
	}
	b := s.buckets[p.bucket]
	switch {
	case b == nil:
		return nil, wire.NotFound("NoSuchBucket", "The specified bucket does not exist")
	case b.region != req.Region:
		return nil, &wire.Error{
			Code: "PermanentRedirect", Status: http.StatusMovedPermanently,
			Message: "The bucket you are attempting to access must be addressed using the specified endpoint: it is in " + b.region + ".",
		}
	}
	switch req.Operation {
	case "PutObject":
		return s.put(req, b, p)
	case "ListObjectsV2":
		return s.list(req, b, p)
	}
	return s.get(req, b, p)
}

func (s *s3) put(req *wire.Request, b *s3Bucket, p *s3Params) (*wire.Response, *wire.Error) {
	if p.onlyNew && b.objects[p.key] != nil {
		return nil, &wire.Error{Code: "PreconditionFailed", Status: http.StatusPreconditionFailed, Message: "At least one of the pre-conditions you specified did not hold"}
	}
	o := &s3Object{body: p.body, contentType: p.contentType, modified: s.w.k.Now()}
	b.objects[p.key] = o
	header := o.header()
	header.Del("Last-Modified")
	return s3Response(req, http.StatusOK, header, nil), nil
}

// get answers GetObject, and HeadObject without the body. Who may not list the bucket is not told that an object is
// missing, and gets a denial instead.
func (s *s3) get(req *wire.Request, b *s3Bucket, p *s3Params) (*wire.Response, *wire.Error) {
	o := b.objects[p.key]
	if o == nil {
		if s.w.iam.allow(req.AccessKey, wire.Permission{Action: "s3:ListBucket", Resource: s.bucketARN(p.bucket)}) != nil {
			return nil, &wire.Error{Code: wire.CodeDenied, Status: http.StatusForbidden, Message: "Access Denied"}
		}
		return nil, wire.NotFound("NoSuchKey", "The specified key does not exist.")
	}
	header := o.header()
	if req.Operation == "HeadObject" {
		header.Set("Content-Length", fmt.Sprint(len(o.body)))
		return s3Response(req, http.StatusOK, header, nil), nil
	}
	return s3Response(req, http.StatusOK, header, o.body), nil
}
