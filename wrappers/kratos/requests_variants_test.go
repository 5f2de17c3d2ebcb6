package kratos_test

import (
	"context"

	"github.com/kratoskit/kratos-go/wrappers/kratos"
)

// variants are further calls of an operation, named for it: parameters that exclude those of calls,
// and bodies that no Kratos of the tests accepts.
func variants(ctx context.Context, c *kratos.Client, a *kratos.Admin) map[string]func() error {
	all := map[string]func() error{
		"listIdentities.similar": func() error {
			return second(a.IdentitiesPage(ctx, kratos.ListIdentities{PreviewCredentialsIdentifierSimilar: "ada@example"}))
		},
		"createIdentity.organization": func() error {
			links := kratos.Credentials(kratos.OIDCLink("google", "subject"), kratos.SAMLLink("acme", "subject"))
			links.OIDC.Config.Providers[0].Organization, links.OIDC.Config.Providers[0].UseAutoLink = idB, true
			links.SAML.Config.Providers[0].Organization = idB
			return second(a.CreateIdentity(ctx, kratos.CreateIdentity{Traits: ada, OrganizationID: idB, Credentials: links}))
		},
		"updateIdentity.external": func() error {
			return second(a.UpdateIdentity(ctx, idA, kratos.UpdateIdentity{Traits: ada, ExternalID: "crm-1", MetadataPublic: map[string]int{"level": 1},
				MetadataAdmin: map[string]int{"score": 2}, Credentials: kratos.Credentials(kratos.SAMLLink("acme", "subject"))}))
		},
		"batchPatchIdentities.external": func() error {
			return second(a.BatchPatchIdentities(ctx, []kratos.IdentityPatch{{PatchID: idB, Create: kratos.CreateIdentity{Traits: ada, ExternalID: "crm-1", OrganizationID: idB,
				Credentials: kratos.Credentials(kratos.SAMLLink("acme", "subject"))}}}))
		},
	}
	samlVariants(ctx, c, all)
	recoveryVariants(ctx, c, all)
	return all
}

// samlVariants adds the bodies of the method "saml", which Kratos' enterprise edition has.
func samlVariants(ctx context.Context, c *kratos.Client, all map[string]func() error) {
	payload := map[string]string{"from": "app"}
	all["updateLoginFlow.saml"] = func() error {
		return second(c.Login.Submit(ctx, newFlow[kratos.LoginFlow](idA), kratos.LoginSAML{Provider: "acme", TransientPayload: payload}))
	}
	all["updateRegistrationFlow.saml"] = func() error {
		return second(c.Registration.Submit(ctx, newFlow[kratos.RegistrationFlow](idA), kratos.RegistrationSAML{Provider: "acme", Traits: ada, TransientPayload: payload}))
	}
	for name, method := range map[string]kratos.SettingsSAML{
		"updateSettingsFlow.saml":       {Link: "acme", Traits: ada, TransientPayload: payload},
		"updateSettingsFlow.samlUnlink": {Unlink: "acme"},
	} {
		all[name] = func() error {
			return second(c.Settings.Submit(ctx, newFlow[kratos.SettingsFlow](idA), method, kratos.SessionToken(aToken)))
		}
	}
}

// recoveryVariants adds the bodies of a recovery with a choice of addresses.
func recoveryVariants(ctx context.Context, c *kratos.Client, all map[string]func() error) {
	for name, method := range map[string]kratos.RecoveryCode{
		"updateRecoveryFlow.address": {RecoveryAddress: ada.Email},
		"updateRecoveryFlow.select":  {RecoveryAddress: ada.Email, RecoverySelectAddress: "MTEd"},
		"updateRecoveryFlow.confirm": {RecoveryAddress: ada.Email, RecoveryConfirmAddress: "grace@example.org"},
		"updateRecoveryFlow.screen":  {RecoveryAddress: ada.Email, Screen: "previous"},
		"updateRecoveryFlow.code":    {Code: "123456", TransientPayload: map[string]string{"from": "app"}},
	} {
		all[name] = func() error { return second(c.Recovery.Submit(ctx, newFlow[kratos.RecoveryFlow](idA), method)) }
	}
}
