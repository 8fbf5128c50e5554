package contract_test

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

var _ = ask("DDB-1", "writes an item in the standby Region and reads it in the primary one until it is there", func(a *account) verdict {
	if a.table == "" {
		return cannotKnow("needs -table, with a replica in both Regions")
	}
	defer a.deleteItem("ddb-1")
	if err := a.putItem("ddb-1", nil, ""); err != nil {
		return cannotKnow("PutItem: %v", err)
	}
	client := dynamodb.NewFromConfig(a.config(a.primary))
	took, done := a.until(time.Minute, 50*time.Millisecond, func() bool {
		out, err := client.GetItem(a.ctx, &dynamodb.GetItemInput{TableName: &a.table, Key: itemKey("ddb-1")})
		return err == nil && len(out.Item) > 0
	})
	return expect(done && took <= 2*time.Second, "replicated after %v; assumed 0.8 s, documented: usually within a second", took)
})

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

// itemKey is the key of an item of the programs.
func itemKey(sk string) map[string]types.AttributeValue {
	return map[string]types.AttributeValue{"pk": text("drover-contract"), "sk": text(sk)}
}

// putItem writes an item, under a condition when there is one.
func (a *account) putItem(sk string, values map[string]types.AttributeValue, condition string) error {
	in := &dynamodb.PutItemInput{TableName: &a.table, Item: itemKey(sk)}
	if condition != "" {
		in.ConditionExpression, in.ExpressionAttributeValues = &condition, values
	}
	_, err := dynamodb.NewFromConfig(a.config(a.standby)).PutItem(a.ctx, in)
	return err
}

func (a *account) deleteItem(sk string) {
	_, _ = dynamodb.NewFromConfig(a.config(a.standby)).DeleteItem(a.ctx, &dynamodb.DeleteItemInput{TableName: &a.table, Key: itemKey(sk)})
}
