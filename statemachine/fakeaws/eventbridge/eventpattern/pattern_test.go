package eventpattern

import (
	"encoding/json"
	"strings"
	"testing"
)

const event = `{"source": "aws.cloudwatch", "detail-type": "CloudWatch Alarm State Change",
  "resources": ["arn:aws:cloudwatch:us-west-2:111122223333:alarm:checkout-5xx"],
  "detail": {"alarmName": "checkout-5xx", "state": {"value": "ALARM"}, "count": 7, "sure": true, "nothing": null,
    "metrics": [{"id": "m1"}, {"id": "m2"}]}}`

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern string
		want    bool
	}{
		{`{"source": ["aws.cloudwatch"]}`, true},
		{`{"source": ["aws.ec2", "aws.cloudwatch"]}`, true},
		{`{"source": ["aws.ec2"]}`, false},
		{`{"source": ["aws.cloudwatch"], "detail": {"state": {"value": ["ALARM"]}}}`, true},
		{`{"source": ["aws.cloudwatch"], "detail": {"state": {"value": ["OK"]}}}`, false},
		{`{"resources": ["arn:aws:cloudwatch:us-west-2:111122223333:alarm:checkout-5xx", "other"]}`, true},
		{`{"resources": ["other"]}`, false},
		{`{"resources": [{"suffix": ":alarm:checkout-5xx"}]}`, true},
		{`{"detail": {"alarmName": [{"prefix": "checkout"}]}}`, true},
		{`{"detail": {"alarmName": [{"prefix": "Checkout"}]}}`, false},
		{`{"detail": {"alarmName": [{"prefix": {"equals-ignore-case": "Checkout"}}]}}`, true},
		{`{"detail": {"alarmName": [{"equals-ignore-case": "CHECKOUT-5XX"}]}}`, true},
		{`{"detail": {"alarmName": [{"wildcard": "check*-5*"}]}}`, true},
		{`{"detail": {"alarmName": [{"wildcard": "check*-4xx"}]}}`, false},
		{`{"detail": {"alarmName": [{"wildcard": "checkout\\*"}]}}`, false},
		{`{"detail": {"alarmName": [{"anything-but": "search-5xx"}]}}`, true},
		{`{"detail": {"alarmName": [{"anything-but": ["search-5xx", "checkout-5xx"]}]}}`, false},
		{`{"detail": {"alarmName": [{"anything-but": {"prefix": "check"}}]}}`, false},
		{`{"detail": {"missing": [{"anything-but": "x"}]}}`, false},
		{`{"detail": {"count": [{"numeric": [">", 5, "<=", 7]}]}}`, true},
		{`{"detail": {"count": [{"numeric": [">", 7]}]}}`, false},
		{`{"detail": {"count": [7]}}`, true},
		{`{"detail": {"count": ["7"]}}`, false},
		{`{"detail": {"sure": [true], "nothing": [null]}}`, true},
		{`{"detail": {"missing": [{"exists": false}]}}`, true},
		{`{"detail": {"count": [{"exists": false}]}}`, false},
		{`{"detail": {"count": [{"exists": true}]}}`, true},
		{`{"detail": {"missing": [{"exists": true}]}}`, false},
		{`{"detail": {"missing": {"deeper": [{"exists": false}]}}}`, true},
		{`{"detail": {"metrics": {"id": ["m2"]}}}`, true},
		{`{"detail": {"metrics": {"id": ["m3"]}}}`, false},
		{`{"$or": [{"source": ["aws.ec2"]}, {"detail": {"count": [7]}}]}`, true},
		{`{"$or": [{"source": ["aws.ec2"]}, {"detail": {"count": [8]}}]}`, false},
		{`{"source": ["aws.ec2"], "$or": [{"detail": {"count": [7]}}]}`, false},
	} {
		p, err := Parse([]byte(c.pattern))
		if err != nil {
			t.Errorf("%s: %v", c.pattern, err)
			continue
		}
		var decoded map[string]any
		if err := json.Unmarshal([]byte(event), &decoded); err != nil {
			t.Fatal(err)
		}
		if got := p.Match(decoded); got != c.want {
			t.Errorf("%s: %v, want %v", c.pattern, got, c.want)
		}
	}
}

// TestMayMatch: what is known of an event rules a rule out only if it cannot match whatever the rest is.
func TestMayMatch(t *testing.T) {
	known := map[string]any{"source": "aws.cloudwatch", "detail-type": "CloudWatch Alarm State Change"}
	for pattern, want := range map[string]bool{
		`{"source": ["aws.cloudwatch"]}`:                                       true,
		`{"source": ["aws.cloudwatch"], "detail-type": ["other"]}`:             false,
		`{"source": ["aws.ec2"], "detail": {"count": [7]}}`:                    false,
		`{"source": ["aws.cloudwatch"], "detail": {"count": [8]}}`:             true,
		`{"source": [{"exists": false}]}`:                                      false,
		`{"source": {"inside": ["x"]}}`:                                        false,
		`{"resources": [{"exists": false}]}`:                                   true,
		`{"$or": [{"source": ["aws.ec2"]}, {"detail": {"count": [7]}}]}`:       true,
		`{"source": [{"prefix": "aws."}], "detail-type": [{"suffix": "nge"}]}`: true,
	} {
		p, err := Parse([]byte(pattern))
		if err != nil {
			t.Fatal(err)
		}
		if got := p.MayMatch(known); got != want {
			t.Errorf("%s: %v; want %v", pattern, got, want)
		}
	}
}

func TestPatternsThatAreRefused(t *testing.T) {
	for _, c := range []struct{ pattern, says string }{
		{`{`, "event pattern"},
		{`{}`, "empty"},
		{`{"source": "aws.cloudwatch"}`, "source is aws.cloudwatch; expected a list"},
		{`{"source": []}`, "matches nothing"},
		{`{"source": [["a"]]}`, "list within a list"},
		{`{"detail": {"ip": [{"cidr": "10.0.0.0/8"}]}}`, `detail.ip: the comparison "cidr"`},
		{`{"detail": {"n": [{"numeric": [">"]}]}}`, "pairs"},
		{`{"detail": {"n": [{"numeric": ["~", 1]}]}}`, "expected <"},
		{`{"detail": {"n": [{"exists": "yes"}]}}`, "true or false"},
		{`{"detail": {"n": [{"prefix": 1}]}}`, "expected a string"},
		{`{"detail": {"n": [{"prefix": "a", "suffix": "b"}]}}`, "one comparison"},
		{`{"detail": {"n": [{"anything-but": {"cidr": "x"}}]}}`, "anything-but"},
		{`{"detail": {"n": [{"anything-but": [{"prefix": "x"}]}]}}`, "anything-but"},
		{`{"$or": ["a"]}`, "expected objects"},
	} {
		if _, err := Parse([]byte(c.pattern)); err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", c.pattern, err, c.says)
		}
	}
}
