package contract_test

import "github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

var _ = ask("DDB-4", "writes under conditions on an attribute that does not exist, and on one of another type", func(a *account) verdict {
	if a.table == "" {
		return cannotKnow("needs -table")
	}
	defer a.deleteItem("ddb-4")
	if err := a.putItem("ddb-4", nil, ""); err != nil {
		return cannotKnow("PutItem: %v", err)
	}
	one := map[string]types.AttributeValue{":v": &types.AttributeValueMemberN{Value: "1"}}
	holds := func(condition string) bool { return a.putItem("ddb-4", one, condition) == nil }
	for condition, want := range map[string]bool{
		"nothing = :v": false, "nothing < :v": false, "nothing >= :v": false, "nothing <> :v": true,
		"sk = :v": false, "sk < :v": false, "sk <> :v": true,
	} {
		if holds(condition) != want {
			return refuted("the condition %s holds: %v; assumed %v", condition, !want, want)
		}
	}
	return confirmed("only <> holds for an attribute that does not exist or has another type")
})
