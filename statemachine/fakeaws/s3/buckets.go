package s3

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/drover-dr/drover/statemachine/fakeaws/wire"
)

// regionHeader says where a bucket is, in answers about the bucket and in redirects.
const regionHeader = "X-Amz-Bucket-Region"

// redirect is the error of a bucket that is in another Region. Clients read the Region from a header.
func (s *Service) redirect(name string, b *bucket) *wire.Error {
	return &wire.Error{
		Code: "PermanentRedirect", Status: http.StatusMovedPermanently,
		Message: "The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.",
		Details: elsewhere{bucket: name, region: b.region, endpoint: name + ".s3." + b.region + ".amazonaws.com"},
	}
}

// elsewhere is where a bucket is.
type elsewhere struct{ bucket, region, endpoint string }

// headBucket says whether the bucket is there and where.
func (s *Service) headBucket(req *wire.Request, b *bucket) *wire.Response {
	return response(req, http.StatusOK, http.Header{"Content-Type": {"application/xml"}, regionHeader: {b.region}}, nil)
}

// firstRegion is the Region whose buckets have no location constraint.
const firstRegion = "us-east-1"

func (s *Service) bucketLocation(req *wire.Request, b *bucket) *wire.Response {
	region := b.region
	if region == firstRegion {
		region = ""
	}
	return listing(req, struct {
		XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ LocationConstraint"`
		Region  string   `xml:",chardata"`
	}{Region: region})
}

// listBuckets lists the buckets of all Regions, as S3 does. Without max-buckets there is one page.
func (s *Service) listBuckets(req *wire.Request, p *params) (*wire.Response, *wire.Error) {
	type bucket struct{ Name, CreationDate, BucketRegion string }
	out := struct {
		XMLName           xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ ListAllMyBucketsResult"`
		Buckets           []bucket `xml:"Buckets>Bucket"`
		Owner             struct{ ID string }
		ContinuationToken string `xml:",omitempty"`
		Prefix            string `xml:",omitempty"`
	}{Prefix: p.query.Get("prefix")}
	out.Owner.ID = s.k.Account
	most := 10000
	if text := p.query.Get("max-buckets"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > most {
			return nil, wire.BadRequest("InvalidArgument", "Argument max-buckets must be an integer between 1 and %d", most)
		}
		most = n
	}
	for _, name := range slices.Sorted(maps.Keys(s.buckets)) {
		region := p.query.Get("bucket-region")
		if name <= p.query.Get("continuation-token") || !strings.HasPrefix(name, out.Prefix) || region != "" && region != s.buckets[name].region {
			continue
		}
		if len(out.Buckets) == most {
			out.ContinuationToken = out.Buckets[most-1].Name
			break
		}
		out.Buckets = append(out.Buckets, bucket{name, s.buckets[name].created.UTC().Format(time.RFC3339), s.buckets[name].region})
	}
	return listing(req, out), nil
}

// listing is an answer in XML.
func listing(req *wire.Request, content any) *wire.Response {
	body, err := xml.Marshal(content)
	if err != nil {
		panic("encode a listing: " + err.Error()) // strings and numbers only
	}
	return response(req, http.StatusOK, http.Header{"Content-Type": {"application/xml"}}, body)
}
