package route53_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/fakeaws/fakeawstest"
)

// BenchmarkProbe is one request of a health checker, whose function reads one item: a drill has 360 of them an hour for each
// health check with an interval of ten seconds.
func BenchmarkProbe(b *testing.B) {
	s := served{fakeawstest.ServeTable(b)}
	s.AddLever(b, func([]byte) fakeaws.InvokeResult {
		_, err := s.DynamoDB(west).GetItem(b.Context(), &dynamodb.GetItemInput{TableName: aws.String("registry"), Key: map[string]types.AttributeValue{
			"pk": &types.AttributeValueMemberS{Value: "switches"}, "sk": &types.AttributeValueMemberS{Value: "default"},
		}})
		if err != nil {
			b.Error(err)
		}
		return fakeaws.InvokeResult{Payload: []byte(`{"statusCode": 404}`)}
	})
	s.addCheck(b, lever("check", nil))
	for b.Loop() {
		s.Pass(10 * time.Second)
	}
}
