package sns_test

import (
	"context"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sns"
	"github.com/aws/aws-sdk-go-v2/service/sns/types"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/drover-dr/drover/statemachine/fakeaws"
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
		{"another Region's topic", east, topic, "s", "m", "NotFound"},
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
