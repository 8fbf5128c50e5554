package s3_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func serveBucket(t testing.TB) (served, *s3.Client) {
	t.Helper()
	s := serve(t)
	if err := s.AddBucket(west, "reports"); err != nil {
		t.Fatal(err)
	}
	return s, s3.NewFromConfig(s.Config(west, fakeaws.Administrator))
}

func putObject(client *s3.Client, key, body string, onlyNew bool) error {
	in := &s3.PutObjectInput{Bucket: aws.String("reports"), Key: &key, Body: strings.NewReader(body), ContentType: aws.String("application/json")}
	if onlyNew {
		in.IfNoneMatch = aws.String("*")
	}
	_, err := client.PutObject(context.Background(), in)
	return err
}

func TestAnObjectComesBackAsItWasPut(t *testing.T) {
	s, client := serveBucket(t)
	const key, body = "runs/run 1/report.json", `{"outcome": "Completed"}`
	if err := putObject(client, key, body, true); err != nil {
		t.Fatal(err)
	}
	out, err := client.GetObject(context.Background(), &s3.GetObjectInput{Bucket: aws.String("reports"), Key: aws.String(key)})
	if err != nil {
		t.Fatal(err)
	}
	got, err := io.ReadAll(out.Body)
	if err != nil || string(got) != body || aws.ToString(out.ContentType) != "application/json" {
		t.Errorf("object %s %q (%v), want %q", aws.ToString(out.ContentType), got, err, body)
	}
	head, err := client.HeadObject(context.Background(), &s3.HeadObjectInput{Bucket: aws.String("reports"), Key: aws.String(key)})
	if err != nil || aws.ToInt64(head.ContentLength) != int64(len(body)) || !aws.ToTime(head.LastModified).Equal(testStart) {
		t.Errorf("head %+v (%v), want %d bytes of %v", head, err, len(body), testStart)
	}
	if direct, ok := s.Object("reports", key); !ok || string(direct) != body {
		t.Errorf("Object: %q %v", direct, ok)
	}
}

// The SDK sends trailing checksums to endpoints with TLS, and the aws command line to others too.
func TestAChunkedBodyIsTakenApart(t *testing.T) {
	s, _ := serveBucket(t)
	const body = "5\r\nhello\r\n6;chunk-signature=0\r\n world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n"
	put := func(body string) int {
		req, err := http.NewRequest(http.MethodPut, s.URL+"/reports/key", strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Encoding", "aws-chunked")
		req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+fakeaws.Administrator+"/20260302/"+west+"/s3/aws4_request")
		resp, err := http.DefaultClient.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		_ = resp.Body.Close()
		return resp.StatusCode
	}
	if status := put(body); status != http.StatusOK {
		t.Errorf("status %d, want 200", status)
	}
	if got, _ := s.Object("reports", "key"); string(got) != "hello world" {
		t.Errorf("object %q, want hello world", got)
	}
	for _, broken := range []string{"5\r\nhel", "hello", "-1\r\n", ""} {
		if status := put(broken); status != http.StatusBadRequest {
			t.Errorf("%q: status %d, want 400", broken, status)
		}
	}
}

func TestErrorsOfS3(t *testing.T) {
	s, client := serveBucket(t)
	ctx := context.Background()
	if err := putObject(client, "there", "x", false); err != nil {
		t.Fatal(err)
	}
	_, err := client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("reports"), Key: aws.String("gone")})
	var noKey *types.NoSuchKey
	if !errors.As(err, &noKey) {
		t.Errorf("get: %v, want a NoSuchKey", err)
	}
	_, err = client.HeadObject(ctx, &s3.HeadObjectInput{Bucket: aws.String("reports"), Key: aws.String("gone")})
	var missing *types.NotFound
	if !errors.As(err, &missing) {
		t.Errorf("head: %v, want a NotFound", err)
	}
	if got := codeOf(putObject(client, "there", "y", true)); got != "PreconditionFailed" {
		t.Errorf("put what is there: %s, want PreconditionFailed", got)
	}
	_, err = client.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("unknown"), Key: aws.String("gone")})
	if got := codeOf(err); got != "NoSuchBucket" {
		t.Errorf("no bucket: %s", got)
	}
	_, err = client.DeleteObject(ctx, &s3.DeleteObjectInput{Bucket: aws.String("reports"), Key: aws.String("there")})
	if got := codeOf(err); got != fakeaws.CodeNotImplemented {
		t.Errorf("delete: %s, want %s", got, fakeaws.CodeNotImplemented)
	}
	reader := s3.NewFromConfig(s.Config(west, s.As(t, `{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::reports/*"}`)))
	_, err = reader.GetObject(ctx, &s3.GetObjectInput{Bucket: aws.String("reports"), Key: aws.String("gone")})
	if got := codeOf(err); got != "AccessDenied" {
		t.Errorf("get what is missing, without s3:ListBucket: %s, want AccessDenied", got)
	}
}

func TestAListingHasPages(t *testing.T) {
	_, client := serveBucket(t)
	var want []string
	for i := range 5 {
		key := fmt.Sprintf("runs/run-%d/report.json", i)
		want = append(want, key)
		if err := putObject(client, key, "{}", false); err != nil {
			t.Fatal(err)
		}
	}
	if err := putObject(client, "other", "{}", false); err != nil {
		t.Fatal(err)
	}
	pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{Bucket: aws.String("reports"), Prefix: aws.String("runs/"), MaxKeys: aws.Int32(2)})
	var got []string
	for pages.HasMorePages() {
		page, err := pages.NextPage(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		for _, o := range page.Contents {
			got = append(got, aws.ToString(o.Key))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
}

func TestAListingHasFolders(t *testing.T) {
	_, client := serveBucket(t)
	for _, key := range []string{"a.json", "runs/1/report.json", "runs/2/report.json", "runs/index.json", "z.json"} {
		if err := putObject(client, key, "{}", false); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		prefix string
		size   int32
		want   string
	}{
		{"", 10, "a.json z.json runs/ | "},
		{"", 1, "a.json | runs/ | z.json | "},
		{"runs/", 10, "runs/index.json runs/1/ runs/2/ | "},
	} {
		got := ""
		pages := s3.NewListObjectsV2Paginator(client, &s3.ListObjectsV2Input{
			Bucket: aws.String("reports"), Prefix: &c.prefix, Delimiter: aws.String("/"), MaxKeys: &c.size,
		})
		for pages.HasMorePages() {
			page, err := pages.NextPage(context.Background())
			if err != nil {
				t.Fatal(err)
			}
			for _, o := range page.Contents {
				got += aws.ToString(o.Key) + " "
			}
			for _, p := range page.CommonPrefixes {
				got += aws.ToString(p.Prefix) + " "
			}
			got += "| "
		}
		if got != c.want {
			t.Errorf("under %q by %d: %q, want %q", c.prefix, c.size, got, c.want)
		}
	}
}

func TestBucketsAreListed(t *testing.T) {
	s, client := serveBucket(t)
	if err := s.AddBucket(east, "logs"); err != nil {
		t.Fatal(err)
	}
	out, err := client.ListBuckets(context.Background(), &s3.ListBucketsInput{})
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, b := range out.Buckets {
		got += aws.ToString(b.Name) + " " + b.CreationDate.Sub(testStart).String() + ", "
	}
	if want := "logs 0s, reports 0s, "; got != want {
		t.Errorf("buckets %s, want %s", got, want)
	}
}
