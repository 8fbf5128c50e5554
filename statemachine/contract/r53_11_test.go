package contract_test

import (
	"time"

	"github.com/aws/aws-sdk-go-v2/service/route53/types"
)

var _ = ask("R53-11", "repeats an UPSERT that changes nothing, and asks for its change at once", func(a *account) verdict {
	if a.zone == "" {
		return cannotKnow("needs -zone")
	}
	z := a.route53()
	if _, err := z.change(types.ChangeActionUpsert, "contract-r53-11", `"a"`); err != nil {
		return cannotKnow("the change was refused: %v", err)
	}
	defer z.remove("contract-r53-11", `"a"`)
	again, err := z.change(types.ChangeActionUpsert, "contract-r53-11", `"a"`)
	if err != nil {
		return refuted("the repeated UPSERT was refused with %s; assumed accepted", codeOf(err))
	}
	took, _ := a.until(2*time.Minute, time.Second, func() bool { return z.insync(again) })
	return expect(took < 5*time.Second, "INSYNC after %v; assumed at once", took)
})
