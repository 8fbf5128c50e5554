package s3

import (
	"cmp"
	"crypto/md5" //nolint:gosec // an ETag is the MD5 of the object
	"encoding/hex"
	"fmt"
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
	// metadata are the headers that it keeps; algorithm is the one of its checksum.
	metadata  http.Header
	algorithm string
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

// header has the checksum only if it is asked for.
func (o *object) header(checksum bool) http.Header {
	h := o.metadata.Clone()
	h.Set("Etag", o.etag())
	h.Set("Content-Type", o.contentType)
	h.Set("Last-Modified", o.modified.UTC().Format(http.TimeFormat))
	h.Set("X-Amz-Server-Side-Encryption", "AES256") // "Amazon S3 now automatically encrypts all new objects"
	if checksum {
		h.Set(checksumHeader+o.algorithm, checksumOf(o.algorithm, o.body))
		h.Set("X-Amz-Checksum-Type", "FULL_OBJECT")
	}
	return h
}

// Serve performs a request.
func (s *Service) Serve(req *wire.Request) (*wire.Response, *wire.Error) {
	p := req.Params.(*params)
	if req.Operation == "ListBuckets" {
		return s.listBuckets(req, p)
	}
	b := s.buckets[p.bucket]
	switch owner := req.HTTP.Header.Get(expectedOwner); {
	case b == nil:
		return nil, wire.NotFound("NoSuchBucket", "The specified bucket does not exist")
	case b.region != req.Region:
		return nil, s.redirect(p.bucket, b)
	case owner != "" && owner != s.k.Account:
		return nil, &wire.Error{Code: wire.CodeDenied, Status: http.StatusForbidden, Message: "Access Denied"}
	}
	switch req.Operation {
	case "PutObject":
		return s.put(req, b, p)
	case "ListObjectsV2":
		return s.list(req, b, p)
	case "HeadBucket":
		return s.headBucket(req, b), nil
	case "GetBucketLocation":
		return s.bucketLocation(req, b), nil
	}
	return s.get(req, b, p)
}

func (s *Service) put(req *wire.Request, b *bucket, p *params) (*wire.Response, *wire.Error) {
	if p.onlyNew && b.objects[p.key] != nil {
		return nil, &wire.Error{Code: "PreconditionFailed", Status: http.StatusPreconditionFailed, Message: "At least one of the pre-conditions you specified did not hold"}
	}
	kept, err := metadata(req.HTTP.Header)
	if err != nil {
		return nil, err
	}
	o := &object{body: p.body, contentType: cmp.Or(p.contentType, "binary/octet-stream"), modified: s.k.Now(), metadata: kept, algorithm: p.algorithm}
	b.objects[p.key] = o
	all, header := o.header(true), http.Header{}
	for _, name := range []string{"Etag", "X-Amz-Server-Side-Encryption", http.CanonicalHeaderKey(checksumHeader + o.algorithm), "X-Amz-Checksum-Type"} {
		header.Set(name, all.Get(name))
	}
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
	header := o.header(req.HTTP.Header.Get("X-Amz-Checksum-Mode") != "")
	if req.Operation == "HeadObject" {
		header.Set("Content-Length", fmt.Sprint(len(o.body)))
		return response(req, http.StatusOK, header, nil), nil
	}
	return response(req, http.StatusOK, header, o.body), nil
}
