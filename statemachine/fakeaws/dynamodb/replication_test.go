package dynamodb_test

import (
	"context"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	dbtypes "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/google/go-cmp/cmp"
)

func TestAConditionSeesTheLocalReplicaAlone(t *testing.T) {
	s := serveTable(t)
	for _, region := range []string{east, west} {
		_, err := s.update(region, "SET holder = :me", "attribute_not_exists(pk)", values{":me": text(region)})
		if err != nil {
			t.Fatalf("taking the lock in %s: %v", region, err)
		}
	}
	s.Pass(time.Second)
	for _, region := range []string{east, west} {
		if got := s.Items("registry", region)[0]["holder"]; got != west {
			t.Errorf("%s has holder %v, want the last writer %s", region, got, west)
		}
	}
}

func TestADarkRegionsWritesArriveWhenItIsBack(t *testing.T) {
	s := serveTable(t)
	s.mustPut(t, east, key("a", "early"))
	s.Pass(time.Second)
	s.mustPut(t, east, key("a", "stranded"))
	overtaken := key("a", "both")
	overtaken["by"] = text(east)
	s.mustPut(t, east, overtaken)
	if err := s.SetDark(east, true); err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Minute)
	newer := key("a", "both")
	newer["by"] = text(west)
	s.mustPut(t, west, newer)
	if got, want := sortKeys(s, west), []string{"both", "early"}; !cmp.Equal(got, want) {
		t.Errorf("while dark, west has %v, want %v", got, want)
	}
	if err := s.SetDark(east, false); err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Second)
	for _, region := range []string{east, west} {
		if got, want := sortKeys(s, region), []string{"both", "early", "stranded"}; !cmp.Equal(got, want) {
			t.Errorf("afterwards %s has %v, want %v", region, got, want)
		}
		if got := s.Items("registry", region)[0]["by"]; got != west {
			t.Errorf("%s has the item by %v, want the newer write of %s", region, got, west)
		}
	}
}

func TestALateWriteDoesNotBringBackADeletedItem(t *testing.T) {
	s := serveTable(t)
	s.mustPut(t, east, key("a", "b"))
	s.Pass(time.Second)
	if err := s.CutReplication(east, west, true); err != nil {
		t.Fatal(err)
	}
	s.mustPut(t, east, key("a", "b"))
	s.mustPut(t, east, key("a", "c"))
	s.Pass(time.Second)
	if got := sortKeys(s, west); !cmp.Equal(got, []string{"b"}) {
		t.Errorf("over a cut link west has %v, want only what it had", got)
	}
	_, err := s.DynamoDB(west).DeleteItem(context.Background(), &dynamodb.DeleteItemInput{TableName: aws.String("registry"), Key: key("a", "b")})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.CutReplication(east, west, false); err != nil {
		t.Fatal(err)
	}
	s.Pass(time.Second)
	for _, region := range []string{east, west} {
		if got := sortKeys(s, region); !cmp.Equal(got, []string{"c"}) {
			t.Errorf("%s has %v, want only what was not deleted", region, got)
		}
	}
}

func TestTheLatencyOfReplicationIsPublishedWhereItWasWritten(t *testing.T) {
	s := serveTable(t)
	latency := func(in, to string) string {
		t.Helper()
		results, err := s.Data(in, types.MetricDataQuery{Id: aws.String("q"), MetricStat: &types.MetricStat{
			Metric: &types.Metric{
				Namespace: aws.String("AWS/DynamoDB"), MetricName: aws.String("ReplicationLatency"),
				Dimensions: []types.Dimension{
					{Name: aws.String("TableName"), Value: aws.String("registry")}, {Name: aws.String("ReceivingRegion"), Value: aws.String(to)},
				},
			},
			Period: aws.Int32(60), Stat: aws.String("Average"),
		}})
		if err != nil {
			t.Fatal(err)
		}
		return seriesText(results[0])
	}
	s.SetReplicationLag(1500 * time.Millisecond)
	s.mustPut(t, west, key("a", "one"))
	s.Pass(3 * time.Minute)
	if got := latency(west, east); got != "Complete 0=1500" {
		t.Errorf("written in %s: %s; want 1,500 ms", west, got)
	}
	if got := latency(east, west); got != "Complete" {
		t.Errorf("nothing was written in %s, and it has %s", east, got)
	}
}

// TestAReadThatDoesNotAskForConsistencyMissesTheLastWrite, for a second.
func TestAReadThatDoesNotAskForConsistencyMissesTheLastWrite(t *testing.T) {
	s := serveTable(t)
	client := s.DynamoDB(east)
	valueOf := func(it values) string {
		v, _ := it["v"].(*dbtypes.AttributeValueMemberS)
		return v.Value
	}
	write := func(sk, value string) {
		t.Helper()
		it := key("a", sk)
		it["v"] = text(value)
		s.mustPut(t, east, it)
	}
	found := func(consistent bool) string {
		t.Helper()
		out, err := client.Query(t.Context(), &dynamodb.QueryInput{
			TableName: aws.String("registry"), ConsistentRead: &consistent, KeyConditionExpression: aws.String("pk = :a"),
			ExpressionAttributeValues: values{":a": text("a")},
		})
		if err != nil {
			t.Fatal(err)
		}
		all := ""
		for _, it := range out.Items {
			one, err := client.GetItem(t.Context(), &dynamodb.GetItemInput{TableName: aws.String("registry"), ConsistentRead: &consistent, Key: values{"pk": it["pk"], "sk": it["sk"]}})
			if err != nil {
				t.Fatal(err)
			}
			if v := valueOf(it); v != valueOf(one.Item) {
				t.Errorf("a query finds %s, and GetItem another value", v)
			}
			all += valueOf(it) + " "
		}
		return all
	}
	write("1", "old")
	s.Pass(time.Second)
	write("1", "new")
	write("2", "added")
	if got := found(true); got != "new added " {
		t.Errorf("consistent: %q", got)
	}
	if got := found(false); got != "old " {
		t.Errorf("at once, eventually consistent: %q", got)
	}
	s.Pass(time.Second - time.Millisecond)
	if got := found(false); got != "old " {
		t.Errorf("before a second: %q", got)
	}
	s.Pass(time.Millisecond)
	if _, err := client.DeleteItem(t.Context(), &dynamodb.DeleteItemInput{TableName: aws.String("registry"), Key: key("a", "2")}); err != nil {
		t.Fatal(err)
	}
	if got := found(false); got != "new added " {
		t.Errorf("a deleted item is gone at once: %q", got)
	}
	s.Pass(time.Second)
	if got := found(false); got != "new " {
		t.Errorf("after a second: %q", got)
	}
}
