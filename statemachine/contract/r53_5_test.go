package contract_test

import "github.com/aws/aws-sdk-go-v2/service/route53/types"

var _ = ask("R53-5", "submits a batch that names a record set twice with UPSERT, and one with DELETE and then CREATE", func(a *account) verdict {
	if a.zone == "" {
		return cannotKnow("needs -zone")
	}
	z := a.route53()
	if _, err := z.change(types.ChangeActionUpsert, "contract-r53-5", `"a"`); err != nil {
		return cannotKnow("the first change was refused: %v", err)
	}
	defer z.remove("contract-r53-5", `"b"`)
	_, twice := z.submit(z.txt(types.ChangeActionUpsert, "contract-r53-5", `"c"`), z.txt(types.ChangeActionUpsert, "contract-r53-5", `"d"`))
	_, swap := z.submit(z.txt(types.ChangeActionDelete, "contract-r53-5", `"a"`), z.txt(types.ChangeActionCreate, "contract-r53-5", `"b"`))
	return expect(codeOf(twice) == "InvalidChangeBatch" && swap == nil,
		"two UPSERTs of one name: %q, assumed InvalidChangeBatch; DELETE and CREATE: %q, assumed accepted", codeOf(twice), codeOf(swap))
})
