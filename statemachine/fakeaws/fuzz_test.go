package fakeaws_test

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/drover-dr/drover/internal/untrusted/workbound"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// wire sends fuzzed requests to an AWS simulator with few resources, as the SDKs do.
func wire(f *testing.F, request func(selector, body string) (*http.Request, string)) {
	w := fakeaws.New("111122223333", testStart, east, west)
	if err := w.AddZone("Z0EXAMPLE1", "example.com"); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, selector, body string) {
		r, service := request(selector, body)
		if r == nil {
			return
		}
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+fakeaws.Administrator+"/20260302/"+west+"/"+service+"/aws4_request, SignedHeaders=host, Signature=0")
		workbound.Check(t, len(selector)+len(body), func() { w.ServeHTTP(httptest.NewRecorder(), r) })
	})
}

// post is a request with a body; nil when the path is invalid.
func post(path, body string) *http.Request {
	r, err := http.NewRequest(http.MethodPost, "http://localhost"+path, bytes.NewReader([]byte(body)))
	if err != nil {
		return nil
	}
	r.RequestURI = path
	return r
}

func FuzzQuery(f *testing.F) {
	for _, seed := range [][2]string{
		{"rds", "Action=DescribeGlobalClusters&Version=2014-10-31&GlobalClusterIdentifier=x"}, {"rds", "Action=FailoverGlobalCluster&AllowDataLoss=true"},
		{"sns", "Action=Publish&TopicArn=arn:aws:sns:us-west-2:1:t&Message=%1b%5d&MessageAttributes.entry.1.Name=a"}, {"sqs", "Action=ListQueues"},
		{"monitoring", "Action=PutMetricData&MetricData.member.1.MetricName=a&MetricData.member.1.Value=1e308&Namespace=n"},
		{"monitoring", "Action=PutMetricData&" + strings.Repeat("a.", 5000) + "=1"},
	} {
		f.Add(seed[0], seed[1])
	}
	wire(f, func(service, body string) (*http.Request, string) {
		r := post("/", body)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		return r, word(service)
	})
}

func FuzzRESTXML(f *testing.F) {
	const change = `<ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch><Changes><Change><Action>UPSERT</Action>` +
		`<ResourceRecordSet><Name>a.example.com</Name><Type>A</Type><SetIdentifier>x</SetIdentifier><Weight>1</Weight><TTL>60</TTL>` +
		`<ResourceRecords><ResourceRecord><Value>10.0.0.1</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`
	f.Add("/2013-04-01/hostedzone/Z0EXAMPLE1/rrset/", change)
	f.Add("/2013-04-01/hostedzone/Z0EXAMPLE1/rrset", strings.Repeat("<a>", 5000))
	f.Add("/2013-04-01/hostedzone/Z0EXAMPLE1/rrset?name=a&type=A&maxitems=1", "")
	wire(f, func(path, body string) (*http.Request, string) {
		if !strings.HasPrefix(path, "/") {
			return nil, ""
		}
		r := post(path, body)
		if r != nil && body == "" {
			r.Method = http.MethodGet
		}
		return r, "route53"
	})
}

func FuzzJSON(f *testing.F) {
	for _, seed := range [][2]string{
		{"dynamodb DynamoDB_20120810.PutItem", `{"TableName": "t", "Item": {"pk": {"S": "a"}, "n": {"N": "1E125"}}}`},
		{"dynamodb DynamoDB_20120810.UpdateItem", `{"TableName": "t", "Key": {"pk": {"S": "a"}}, "UpdateExpression": "SET a = :a", "ExpressionAttributeValues": {":a": {"L": [{"M": {}}]}}}`},
		{"states AWSStepFunctions.StartExecution", `{"stateMachineArn": "arn:aws:states:us-west-2:111122223333:stateMachine:m", "input": "{}", "name": "n"}`},
		{"events AWSEvents.PutEvents", `{"Entries": [{"Source": "a", "DetailType": "b", "Detail": "{}"}]}`},
		{"sqs AmazonSQS.ReceiveMessage", `{"QueueUrl": "http://localhost/q"}`},
		{"monitoring GraniteServiceVersion20100801.GetMetricData", `{"StartTime": 1, "EndTime": 1e300, "MetricDataQueries": [{"Id": "q"}]}`},
		{"dynamodb DynamoDB_20120810.GetItem", strings.Repeat("[", 65<<10)}, {"events AWSEvents.PutEvents", strings.Repeat(`{"a":`, 9000)},
	} {
		f.Add(seed[0], seed[1])
	}
	wire(f, func(selector, body string) (*http.Request, string) {
		service, target, _ := strings.Cut(selector, " ")
		r := post("/", body)
		r.Header.Set("X-Amz-Target", target)
		r.Header.Set("Content-Type", "application/x-amz-json-1.0")
		return r, word(service)
	})
}

func FuzzCBOR(f *testing.F) {
	f.Add("PutMetricData", "\xa2\x69Namespace\x61n\x6aMetricData\x81\xa1\x6aMetricName\x61a")
	f.Add("GetMetricData", "\xa1\x69StartTime\xc1\x1a\x65\x00\x00\x00")
	f.Add("DescribeAlarms", "\xa0")
	f.Add("PutMetricData", strings.Repeat("\x81", 9000))
	f.Add("PutMetricData", "\x9b\x7f\xff\xff\xff\xff\xff\xff\xff")
	f.Add("PutMetricData", "\x1f\x8b")
	wire(f, func(operation, body string) (*http.Request, string) {
		r := post("/service/GraniteServiceVersion20100801/operation/"+word(operation), body)
		if r == nil {
			return nil, ""
		}
		r.Header.Set("Content-Type", "application/cbor")
		r.Header.Set("Smithy-Protocol", "rpc-v2-cbor")
		if strings.HasPrefix(body, "\x1f\x8b") {
			r.Header.Set("Content-Encoding", "gzip")
		}
		return r, "monitoring"
	})
}

// word keeps the characters that a credential scope and a path may have.
func word(text string) string {
	return strings.Map(func(r rune) rune {
		if r < '-' || r > 'z' || r == '/' {
			return -1
		}
		return r
	}, text)
}
