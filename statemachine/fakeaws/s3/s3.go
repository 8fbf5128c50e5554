package s3

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

	"github.com/drover-dr/drover/statemachine/fakeaws/iam"
	"github.com/drover-dr/drover/statemachine/fakeaws/kernel"
	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// Service holds buckets and objects, without versions.
type Service struct {
	k       *kernel.Kernel
	iam     *iam.Service
	buckets map[string]*bucket
}

type bucket struct {
	region  string
	created time.Time
	objects map[string]*object
}

type object struct {
	body        []byte
	contentType string
	modified    time.Time
}

// New returns an S3 without buckets.
func New(k *kernel.Kernel, iam *iam.Service) *Service {
	return &Service{k: k, iam: iam, buckets: map[string]*bucket{}}
}

// Control is what drills and tests do to S3 and see of it. Its methods take the kernel's mutex.
type Control struct{ s *Service }

// Control returns the control surface.
func (s *Service) Control() Control { return Control{s} }

// AddBucket adds an empty bucket in a Region.
func (ctl Control) AddBucket(region, name string) error {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	if ctl.s.buckets[name] != nil {
		return fmt.Errorf("add bucket %s: it exists", name)
	}
	if err := ctl.s.k.CheckRegion(region); err != nil {
		return fmt.Errorf("add bucket %s: %w", name, err)
	}
	ctl.s.buckets[name] = &bucket{region: region, created: ctl.s.k.Now(), objects: map[string]*object{}}
	return nil
}

// Object returns the content of an object, and whether it is there.
func (ctl Control) Object(bucket, key string) ([]byte, bool) {
	ctl.s.k.Lock()
	defer ctl.s.k.Unlock()
	b := ctl.s.buckets[bucket]
	if b == nil || b.objects[key] == nil {
		return nil, false
	}
	return slices.Clone(b.objects[key].body), true
}

func (o *object) etag() string {
	sum := md5.Sum(o.body) //nolint:gosec // not for security
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func (o *object) header() http.Header {
	sum := binary.BigEndian.AppendUint32(nil, crc32.ChecksumIEEE(o.body))
	return http.Header{
		"Etag":                 {o.etag()},
		"Content-Type":         {o.contentType},
		"Last-Modified":        {o.modified.UTC().Format(http.TimeFormat)},
		"X-Amz-Checksum-Crc32": {base64.StdEncoding.EncodeToString(sum)},
	}
}

// Serve performs a request.
func (s *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	p := req.Params.(*params)
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

func (s *Service) put(req *wire.Request, b *bucket, p *params) (*wire.Response, *wire.Error) {
	if p.onlyNew && b.objects[p.key] != nil {
		return nil, &wire.Error{Code: "PreconditionFailed", Status: http.StatusPreconditionFailed, Message: "At least one of the pre-conditions you specified did not hold"}
	}
	o := &object{body: p.body, contentType: p.contentType, modified: s.k.Now()}
	b.objects[p.key] = o
	header := o.header()
	header.Del("Last-Modified")
	return response(req, http.StatusOK, header, nil), nil
}

// get answers GetObject, and HeadObject without the body. For a missing object, a caller that may not list the bucket
// gets AccessDenied instead of NoSuchKey.
func (s *Service) get(req *wire.Request, b *bucket, p *params) (*wire.Response, *wire.Error) {
	o := b.objects[p.key]
	if o == nil {
		if s.iam.Allow(req.AccessKey, wire.Permission{Action: "s3:ListBucket", Resource: s.bucketARN(p.bucket)}) != nil {
			return nil, &wire.Error{Code: wire.CodeDenied, Status: http.StatusForbidden, Message: "Access Denied"}
		}
		return nil, wire.NotFound("NoSuchKey", "The specified key does not exist.")
	}
	header := o.header()
	if req.Operation == "HeadObject" {
		header.Set("Content-Length", fmt.Sprint(len(o.body)))
		return response(req, http.StatusOK, header, nil), nil
	}
	return response(req, http.StatusOK, header, o.body), nil
}
