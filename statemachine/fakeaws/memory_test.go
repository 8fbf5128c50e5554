package fakeaws_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/untrusted/workbound"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// A megabyte of the worst that a protocol accepts must fit into the memory of a small machine.
func TestAMegabyteOfABodyTakesLittleMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("sends some megabytes")
	}
	const size = 1<<20 - 100
	repeat := func(part string) string { return strings.Repeat(part, size/len(part)) }
	for _, c := range []struct{ name, service, path, target, media, body string }{
		{"query", "rds", "/", "", "application/x-www-form-urlencoded", "Action=DescribeGlobalClusters&" + repeat("a&")},
		{"query of metrics", "monitoring", "/", "", "application/x-www-form-urlencoded", "Action=PutMetricData&" + repeat("a.a.a.a.a.a.a.a=1&")},
		{"XML", "route53", "/2013-04-01/hostedzone/Z0EXAMPLE1/rrset/", "", "text/xml", "<ChangeResourceRecordSetsRequest><ChangeBatch><Changes>" + repeat("<Change/>")},
		{"deep XML", "route53", "/2013-04-01/hostedzone/Z0EXAMPLE1/rrset/", "", "text/xml", repeat("<a>")},
		{"JSON", "dynamodb", "/", "DynamoDB_20120810.PutItem", "application/x-amz-json-1.0", `{"TableName": "t", "Item": {"a": {"L": [` + repeat(`{"L":[]},`) + `{"L":[]}]}}}`},
		{"deep JSON", "dynamodb", "/", "DynamoDB_20120810.PutItem", "application/x-amz-json-1.0", repeat("[")},
		{"CBOR", "monitoring", "/service/GraniteServiceVersion20100801/operation/PutMetricData", "", "application/cbor", "\xa1\x61a\x9f" + repeat("\xa0")},
		{"deep CBOR", "monitoring", "/service/GraniteServiceVersion20100801/operation/PutMetricData", "", "application/cbor", repeat("\x81")},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := fakeaws.New("111122223333", testStart, east, west)
			if err := w.AddZone("Z0EXAMPLE1", "example.com"); err != nil {
				t.Fatal(err)
			}
			r := post(c.path, c.body)
			r.Header = http.Header{
				"Authorization": {"AWS4-HMAC-SHA256 Credential=" + fakeaws.Administrator + "/20260302/" + west + "/" + c.service + "/aws4_request, SignedHeaders=host, Signature=0"},
				"Content-Type":  {c.media}, "X-Amz-Target": {c.target}, "Smithy-Protocol": {"rpc-v2-cbor"},
			}
			workbound.Peak(t, func() {
				workbound.Check(t, len(c.body), func() { w.ServeHTTP(httptest.NewRecorder(), r) })
			})
		})
	}
}
