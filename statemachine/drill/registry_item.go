package drill

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/scenario"
	"github.com/drover-dr/drover/statemachine/transcript"
)

// registryItem writes an item of the registry. A new application gets the state of one in the primary, as by register.
func (p *performance) registryItem(ctx context.Context, i scenario.RegistryItem) error {
	client, table := dynamodb.NewFromConfig(p.operator(failover.Region(i.Region))), p.table()
	key := map[string]types.AttributeValue{"pk": text("applications"), "sk": text(fmt.Sprintf("%03d#%s", i.Wave, i.Application))}
	if i.Remove {
		p.say("dynamodb", transcript.Bad, "a writer of the registry deletes the item of %s", i.Application)
		if _, err := client.DeleteItem(ctx, &dynamodb.DeleteItemInput{TableName: &table, Key: key}); err != nil {
			return err
		}
		p.items = append(p.items, guarantee.ItemChange{At: p.world.Now(), Application: i.Application, Deleted: true})
		return nil
	}
	config := map[string]any{"name": i.Application, "wave": i.Wave}
	maps.Copy(config, i.Config)
	written, err := json.Marshal(config)
	if err != nil {
		return fmt.Errorf("item of %s: %w", i.Application, err)
	}
	p.say("dynamodb", transcript.Bad, "a writer of the registry puts %s: %s", i.Application, written)
	weights := map[string]types.AttributeValue{string(p.plan.Primary): number("100"), string(p.plan.Standby): number("0")}
	_, err = client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName: &table, Key: key,
		UpdateExpression: aws.String("SET config = :config, active = if_not_exists(active, :active), weights = if_not_exists(weights, :weights), " +
			"epoch = if_not_exists(epoch, :zero), stage = if_not_exists(stage, :zero), changed = if_not_exists(changed, :now)"),
		ExpressionAttributeValues: map[string]types.AttributeValue{
			":config": text(string(written)), ":active": text(string(p.plan.Primary)), ":weights": &types.AttributeValueMemberM{Value: weights},
			":zero": number("0"), ":now": text(p.world.Now().UTC().Format("2006-01-02T15:04:05.000Z07:00")),
		},
	})
	if err == nil {
		p.items = append(p.items, guarantee.ItemChange{At: p.world.Now(), Application: i.Application})
	}
	return err
}

func text(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }

func number(n string) types.AttributeValue { return &types.AttributeValueMemberN{Value: n} }
