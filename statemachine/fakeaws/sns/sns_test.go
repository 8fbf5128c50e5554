package sns_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

func TestATopicTakesMessages(t *testing.T) {
	s := serve(t)
	topic := s.AddTopic(west, "drover-results")
	client := sns.NewFromConfig(s.Config(west, fakeaws.Administrator))
	out, err := client.Publish(context.Background(), &sns.PublishInput{
		TopicArn: &topic, Subject: aws.String("Completed: failover to us-west-2"), Message: aws.String("checkout moved.\n<&> ümläut"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []fakeaws.Message{{
		At: testStart, Region: west, TopicARN: "arn:aws:sns:us-west-2:111122223333:drover-results",
		Subject: "Completed: failover to us-west-2", Message: "checkout moved.\n<&> ümläut", ID: aws.ToString(out.MessageId),
	}}
	if diff := cmp.Diff(want, s.Messages(), cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func attribute(kind, value string) types.MessageAttributeValue {
	return types.MessageAttributeValue{DataType: &kind, StringValue: &value}
}

func TestAMessageHasAttributes(t *testing.T) {
	s := serve(t)
	topic := s.AddTopic(west, "drover")
	_, err := sns.NewFromConfig(s.Config(west, fakeaws.Administrator)).Publish(context.Background(), &sns.PublishInput{
		TopicArn: &topic, Message: aws.String("m"), MessageAttributes: map[string]types.MessageAttributeValue{
			"outcome": attribute("String", "Held"), "moved": attribute("Number", "3"), "applications": attribute("String.Array", `["a"]`),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]string{"outcome": "Held", "moved": "3", "applications": `["a"]`}
	if diff := cmp.Diff(want, s.Messages()[0].Attributes); diff != "" {
		t.Errorf("attributes (-want +got):\n%s", diff)
	}
}

func TestMessageAttributesThatAreRefused(t *testing.T) {
	s := serve(t)
	topic := s.AddTopic(west, "drover")
	for _, bad := range []types.MessageAttributeValue{
		attribute("String", ""), attribute("Text", "a"), attribute("Number", "many"), attribute("String.Array", "a, b"),
	} {
		_, err := sns.NewFromConfig(s.Config(west, fakeaws.Administrator)).Publish(context.Background(), &sns.PublishInput{
			TopicArn: &topic, Message: aws.String("m"), MessageAttributes: map[string]types.MessageAttributeValue{"a": bad},
		})
		if got := codeOf(err); got != "ParameterValueInvalid" {
			t.Errorf("%s %q: %q, want ParameterValueInvalid", *bad.DataType, *bad.StringValue, got)
		}
	}
}

func TestMessagesThatAreRefused(t *testing.T) {
	s := serve(t)
	topic := s.AddTopic(west, "drover")
	for _, c := range []struct {
		name                         string
		region, topic, subject, text string
		want                         string
	}{
		{"no such topic", west, topic + "x", "s", "m", "NotFound"},
		{"another Region's topic", east, topic, "s", "m", "InvalidParameter"},
		{"no ARN", west, "drover", "s", "m", "InvalidParameter"},
		{"a long subject", west, topic, strings.Repeat("s", 100), "m", "InvalidParameter"},
		{"a line break in the subject", west, topic, "a\nb", "m", "InvalidParameter"},
		{"a subject that is not ASCII", west, topic, "ümläut", "m", "InvalidParameter"},
		{"an empty message", west, topic, "s", "", "InvalidParameter"},
		{"a long message", west, topic, "s", strings.Repeat("m", 256<<10+1), "InvalidParameter"},
	} {
		_, err := sns.NewFromConfig(s.Config(c.region, fakeaws.Administrator)).Publish(context.Background(), &sns.PublishInput{
			TopicArn: &c.topic, Subject: &c.subject, Message: &c.text,
		})
		if got := codeOf(err); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	if got := s.Messages(); len(got) != 0 {
		t.Errorf("messages %v, want none", got)
	}
}

func TestTopicsAreListedByRegion(t *testing.T) {
	s := serve(t)
	want := []string{s.AddTopic(west, "a"), s.AddTopic(west, "b")}
	s.AddTopic(east, "c")
	out, err := sns.NewFromConfig(s.Config(west, fakeaws.Administrator)).ListTopics(context.Background(), &sns.ListTopicsInput{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, topic := range out.Topics {
		got = append(got, aws.ToString(topic.TopicArn))
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("topics (-want +got):\n%s", diff)
	}
}

func TestWhatSNSDoesNotTakeIsNamedOrRefused(t *testing.T) {
	s := serve(t)
	topic := url.QueryEscape(s.AddTopic(west, "drover"))
	const one = "&MessageAttributes.entry.1.Name=a&MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=b"
	for _, c := range []struct{ form, want string }{
		{"&Message=m" + one, "<MessageId>"},
		{"&Message=m&MessageStructure=json", "the parameter MessageStructure of Publish"},
		{"&Message=m&MessageAttributes.entry.1.Name=a&MessageAttributes.entry.1.Value.DataType=Binary&MessageAttributes.entry.1.Value.BinaryValue=AAAA", "BinaryValue of Publish"},
		{"&Message=m" + one + "&MessageAttributes.entry.1.Value.Kind=c", "<Code>NotImplemented</Code>"},
		{"&Message=m&MessageAttributes.entry.2.Name=a", "<Code>MalformedQueryString</Code>"},
		{"&Message=m" + strings.Replace(one, "Name=a", "Name=AWS.a", 1), "<Code>ParameterValueInvalid</Code>"},
		{"&Message=m" + strings.Replace(one, "Name=a", "Name=a..b", 1), "<Code>ParameterValueInvalid</Code>"},
		{"&Message=" + strings.Repeat("m", 256<<10-2) + one, "<Code>InvalidParameter</Code>"},
		{"", "Value null at &#39;message&#39; failed to satisfy constraint: Member must not be null"},
	} {
		got := post(t, s, "Action=Publish&Version=2010-03-31&TopicArn="+topic+c.form)
		if !strings.Contains(got, c.want) {
			t.Errorf("%.90s: %s; want %s", c.form, got, c.want)
		}
	}
	if got := post(t, s, "Action=Publish&Message=m"); !strings.Contains(got, "<Code>InvalidParameter</Code>") {
		t.Errorf("without a topic: %s; want InvalidParameter", got)
	}
}

// post makes a signed request of SNS with a body as it is.
func post(t *testing.T, s served, body string) string {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.URL, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential="+fakeaws.Administrator+"/20260302/us-west-2/sns/aws4_request, Signature=x")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = resp.Body.Close() }()
	return fakeawstest.ReadAll(t, resp)
}
