package kratos

import (
	"context"
	"iter"
	"net/http"

	"github.com/kratoskit/kratos-go/gen"
)

// Identities returns all identities (listIdentities, admin port), fetching page after page while they are being ranged over:
//
//	for identity, err := range admin.Identities(ctx) {
//		if err != nil {
//			return err
//		}
//		…
//	}
//
// It ends at the first error. Each identity is yielded as soon as it has arrived; break off whenever enough were seen.
// Options go with the request of every page: Query("page_size", "1000") sets how many identities a page has (1 to 1000,
// 250 by default).
func (a *Admin) Identities(ctx context.Context, opts ...CallOption) iter.Seq2[Identity, error] {
	return list[Identity]("listIdentities", func(token *string) (*http.Response, error) {
		return a.api.ListIdentities(ctx, &gen.ListIdentitiesParams{PageToken: token}, edit(opts)...)
	})
}
