package s3_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/s3"
	"github.com/aws/aws-sdk-go-v2/service/s3/types"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// send makes a request of S3 in us-west-2, with headers in pairs, and returns the status, the headers and the body.
func send(t *testing.T, s served, method, path, body string, headers ...string) (status int, header http.Header, text string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+fakeaws.Administrator+"/20260302/"+west+"/s3/aws4_request, Signature=x")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return resp.StatusCode, resp.Header, fakeawstest.ReadAll(t, resp)
}

func TestABodyIsComparedWithItsDigests(t *testing.T) {
	const body = "123456789"
	right := map[string]string{ // the check values of the algorithms
		"X-Amz-Checksum-Crc32": "y/Q5Jg==", "X-Amz-Checksum-Crc32c": "4waSgw==", "X-Amz-Checksum-Crc64nvme": "rosUhgp5mIg=",
		"X-Amz-Checksum-Sha1": "98O8HYCOBHMq32eZZczDTKeuNEE=",
		"Content-Md5":         "JfnnlDI7RTiF9RgfG2JNCw==", "X-Amz-Content-Sha256": "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225",
	}
	for name, value := range right {
		s, _ := serveBucket(t)
		if status, _, got := send(t, s, "PUT", "/reports/key", body, name, value); status != http.StatusOK {
			t.Errorf("%s %s: %d %s; want 200", name, value, status, got)
		}
		want := "BadDigest"
		if name == "X-Amz-Content-Sha256" {
			want = "XAmzContentSHA256Mismatch"
		}
		status, _, got := send(t, s, "PUT", "/reports/other", body+"0", name, value)
		if _, there := s.Object("reports", "other"); status != http.StatusBadRequest || !strings.Contains(got, "<Code>"+want+"</Code>") || there {
			t.Errorf("%s of another body: %d %s, stored %v; want %s", name, status, got, there, want)
		}
	}
}

func TestDigestsThatAreNoneAreRefused(t *testing.T) {
	s, _ := serveBucket(t)
	const chunked = "5\r\nhello\r\n0\r\nx-amz-checksum-crc32:NhCmhg==\r\n\r\n"
	for _, c := range []struct {
		name, body, want string
		headers          []string
	}{
		{"an MD5 that is none", "x", "InvalidDigest", []string{"Content-Md5", "eA=="}},
		{"a checksum that is none", "x", "InvalidRequest", []string{"X-Amz-Checksum-Crc32", "eA=="}},
		{"an unknown algorithm", "x", "InvalidRequest", []string{"X-Amz-Sdk-Checksum-Algorithm", "CRC7"}},
		{"an algorithm without a checksum", "x", "InvalidRequest", []string{"X-Amz-Sdk-Checksum-Algorithm", "CRC32"}},
		{"a checksum in a trailer", chunked, "", []string{"Content-Encoding", "aws-chunked", "X-Amz-Trailer", "x-amz-checksum-crc32", "X-Amz-Decoded-Content-Length", "5"}},
		{"a wrong checksum in a trailer", strings.Replace(chunked, "Nh", "Nx", 1), "BadDigest", []string{"Content-Encoding", "aws-chunked", "X-Amz-Trailer", "x-amz-checksum-crc32"}},
		{"a trailer that is not there", "5\r\nhello\r\n0\r\n\r\n", "MalformedTrailerError", []string{"Content-Encoding", "aws-chunked", "X-Amz-Trailer", "x-amz-checksum-crc32"}},
		{"another length", chunked, "IncompleteBody", []string{"Content-Encoding", "aws-chunked", "X-Amz-Decoded-Content-Length", "6"}},
		{"metadata of 2 KB", "x", "MetadataTooLarge", []string{"X-Amz-Meta-A", strings.Repeat("m", 2048)}},
		{"another owner", "x", "AccessDenied", []string{"X-Amz-Expected-Bucket-Owner", "444455556666"}},
		{"its owner", "x", "", []string{"X-Amz-Expected-Bucket-Owner", "111122223333"}},
	} {
		status, _, got := send(t, s, "PUT", "/reports/key", c.body, c.headers...)
		if (c.want == "") != (status == http.StatusOK) || !strings.Contains(got, c.want) {
			t.Errorf("%s: %d %s; want %q", c.name, status, got, c.want)
		}
	}
	if status, _, got := send(t, s, "PUT", "/reports/"+strings.Repeat("k", 1025), "x"); status != http.StatusBadRequest || !strings.Contains(got, "KeyTooLongError") {
		t.Errorf("a key of 1,025 bytes: %d %s; want KeyTooLongError", status, got)
	}
}

func TestHeadersThatAreNotThereAreNamed(t *testing.T) {
	for _, c := range []struct{ method, header, value string }{
		{"PUT", "X-Amz-Tagging", "a=b"}, {"PUT", "X-Amz-Acl", "private"}, {"PUT", "X-Amz-Storage-Class", "GLACIER"}, {"PUT", "X-Amz-Server-Side-Encryption", "aws:kms"},
		{"PUT", "X-Amz-Object-Lock-Mode", "GOVERNANCE"}, {"PUT", "X-Amz-Copy-Source", "a/b"}, {"PUT", "X-Amz-Checksum-Sha512", "x"}, {"PUT", "If-Match", "x"},
		{"PUT", "If-None-Match", "etag"}, {"GET", "Range", "bytes=0-1"}, {"GET", "If-None-Match", "*"}, {"GET", "X-Amz-Meta-A", "b"}, {"GET", "X-Amz-Request-Payer", "requester"},
	} {
		s, client := serveBucket(t)
		if err := putObject(client, "key", "x", false); err != nil {
			t.Fatal(err)
		}
		status, _, got := send(t, s, c.method, "/reports/key", "y", c.header, c.value)
		calls := s.Calls()
		if status != http.StatusNotImplemented || !strings.Contains(got, "the header "+c.header) || calls[len(calls)-1].Code != fakeaws.CodeNotImplemented {
			t.Errorf("%s with %s: %d %s; want it refused by its name", c.method, c.header, status, got)
		}
		if body, _ := s.Object("reports", "key"); string(body) != "x" {
			t.Errorf("%s with %s has stored %q", c.method, c.header, body)
		}
	}
}

func TestAnObjectKeepsItsMetadata(t *testing.T) {
	s, client := serveBucket(t)
	_, err := client.PutObject(t.Context(), &s3.PutObjectInput{
		Bucket: aws.String("reports"), Key: aws.String("key"), Body: strings.NewReader("x"), Metadata: map[string]string{"run": "7"},
		CacheControl: aws.String("no-store"), ContentEncoding: aws.String("identity"), StorageClass: types.StorageClassStandard,
		ServerSideEncryption: types.ServerSideEncryptionAes256, ChecksumAlgorithm: types.ChecksumAlgorithmSha256,
	})
	if err != nil {
		t.Fatal(err)
	}
	out, err := client.GetObject(t.Context(), &s3.GetObjectInput{Bucket: aws.String("reports"), Key: aws.String("key"), ChecksumMode: types.ChecksumModeEnabled})
	if err != nil || out.Metadata["run"] != "7" || aws.ToString(out.CacheControl) != "no-store" || aws.ToString(out.ContentEncoding) != "identity" ||
		out.ServerSideEncryption != types.ServerSideEncryptionAes256 || aws.ToString(out.ChecksumSHA256) != "LXEWQrcmsEQBYnyp+6wy9chTD7GQPMTbAiWHF5IaSIE=" {
		t.Errorf("object %+v, %v; want its metadata", out, err)
	}
	if _, header, _ := send(t, s, "PUT", "/reports/plain", "x"); header.Get("X-Amz-Checksum-Crc64nvme") == "" {
		t.Errorf("headers %v; want the checksum that S3 adds", header)
	}
	if _, header, _ := send(t, s, "GET", "/reports/plain", ""); header.Get("Content-Type") != "binary/octet-stream" || header.Get("X-Amz-Checksum-Crc64nvme") != "" {
		t.Errorf("headers %v; want binary/octet-stream, and no checksum that was not asked for", header)
	}
}

func TestABucketOfAnotherRegionIsRedirected(t *testing.T) {
	s, client := serveBucket(t)
	if err := s.AddBucket(east, "logs"); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{"/logs/key", "/logs?list-type=2", "/logs?location"} {
		status, header, got := send(t, s, "GET", path, "")
		if status != http.StatusMovedPermanently || header.Get("X-Amz-Bucket-Region") != east || !strings.Contains(got, "<Code>PermanentRedirect</Code>") ||
			!strings.Contains(got, "<Endpoint>logs.s3.us-east-1.amazonaws.com</Endpoint><Bucket>logs</Bucket>") {
			t.Errorf("%s: %d %v %s; want a redirect to us-east-1", path, status, header, got)
		}
	}
	if status, header, _ := send(t, s, "HEAD", "/logs", ""); status != http.StatusMovedPermanently || header.Get("X-Amz-Bucket-Region") != east {
		t.Errorf("HeadBucket: %d %v; want a redirect to us-east-1", status, header)
	}
	head, err := client.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: aws.String("reports")})
	if err != nil || aws.ToString(head.BucketRegion) != west {
		t.Errorf("HeadBucket in its Region: %+v, %v; want us-west-2", head, err)
	}
	if _, err := client.HeadBucket(t.Context(), &s3.HeadBucketInput{Bucket: aws.String("gone")}); codeOf(err) != "NotFound" {
		t.Errorf("HeadBucket of none: %v; want NotFound", err)
	}
	place, err := client.GetBucketLocation(t.Context(), &s3.GetBucketLocationInput{Bucket: aws.String("reports")})
	if err != nil || place.LocationConstraint != types.BucketLocationConstraintUsWest2 {
		t.Errorf("GetBucketLocation: %+v, %v; want us-west-2", place, err)
	}
}

func TestListsRefuseWhatS3Refuses(t *testing.T) {
	s, _ := serveBucket(t)
	if err := s.AddBucket(west, "second"); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{
		"/reports?list-type=2&encoding-type=hex":     "<Code>InvalidArgument</Code>",
		"/reports?list-type=2&max-keys=-1":           "<Code>InvalidArgument</Code>",
		"/reports?list-type=2&continuation-token=":   "<Code>InvalidArgument</Code>",
		"/reports?list-type=2&fetch-owner=true":      "<Code>NotImplemented</Code>",
		"/reports?list-type=2&start-after=a":         "<StartAfter>a</StartAfter>",
		"/reports/key?prefix=a":                      "<Code>NotImplemented</Code>",
		"/?max-buckets=0":                            "<Code>InvalidArgument</Code>",
		"/?max-buckets=1":                            "<ContinuationToken>reports</ContinuationToken>",
		"/?max-buckets=1&continuation-token=reports": "<Name>second</Name>",
		"/?prefix=s":                "<Bucket><Name>second</Name>",
		"/?bucket-region=us-east-1": "<Owner>",
		"/?delimiter=a":             "<Code>NotImplemented</Code>",
	} {
		if _, _, got := send(t, s, "GET", path, ""); !strings.Contains(got, want) {
			t.Errorf("%s: %s; want %s", path, got, want)
		}
	}
	if _, _, got := send(t, s, "GET", "/?bucket-region=us-east-1", ""); strings.Contains(got, "<Name>") {
		t.Errorf("the buckets of us-east-1: %s; want none", got)
	}
}
