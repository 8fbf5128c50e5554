package contract_test

import (
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
)

var _ = ask("S3-1", "lists a bucket by path in another Region than its own", func(a *account) verdict {
	out, err := a.s3(a.standby).ListBuckets(a.ctx, &s3.ListBucketsInput{})
	if err != nil || len(out.Buckets) == 0 {
		return cannotKnow("%v; a bucket is needed", err)
	}
	elsewhere := a.primary
	if aws.ToString(out.Buckets[0].BucketRegion) == a.primary {
		elsewhere = a.standby
	}
	_, err = a.s3(elsewhere).ListObjectsV2(a.ctx, &s3.ListObjectsV2Input{Bucket: out.Buckets[0].Name, MaxKeys: aws.Int32(1)})
	return expect(codeOf(err) == "PermanentRedirect", "answered with %q; assumed PermanentRedirect", codeOf(err))
})

func (a *account) s3(region string) *s3.Client {
	return s3.NewFromConfig(a.config(region), func(o *s3.Options) { o.UsePathStyle = true })
}
