package e2e

import "github.com/kratoskit/kratos-go/wrappers/kratos"

// kind is one of the five flows.
type kind[F, M any] struct {
	name    string
	native  func(*kratos.Client) kratos.Flows[F, M]
	browser func(*kratos.Browser) kratos.Flows[F, M]
	form    func(*F) kratos.Form
}

var (
	login = kind[kratos.LoginFlow, kratos.LoginMethod]{
		"login", func(c *kratos.Client) kratos.Flows[kratos.LoginFlow, kratos.LoginMethod] { return c.Login },
		func(b *kratos.Browser) kratos.Flows[kratos.LoginFlow, kratos.LoginMethod] { return b.Login }, (*kratos.LoginFlow).Form,
	}
	registration = kind[kratos.RegistrationFlow, kratos.RegistrationMethod]{
		"registration", func(c *kratos.Client) kratos.Flows[kratos.RegistrationFlow, kratos.RegistrationMethod] {
			return c.Registration
		},
		func(b *kratos.Browser) kratos.Flows[kratos.RegistrationFlow, kratos.RegistrationMethod] {
			return b.Registration
		}, (*kratos.RegistrationFlow).Form,
	}
	settings = kind[kratos.SettingsFlow, kratos.SettingsMethod]{
		"settings", func(c *kratos.Client) kratos.Flows[kratos.SettingsFlow, kratos.SettingsMethod] { return c.Settings },
		func(b *kratos.Browser) kratos.Flows[kratos.SettingsFlow, kratos.SettingsMethod] { return b.Settings }, (*kratos.SettingsFlow).Form,
	}
	recovery = kind[kratos.RecoveryFlow, kratos.RecoveryMethod]{
		"recovery", func(c *kratos.Client) kratos.Flows[kratos.RecoveryFlow, kratos.RecoveryMethod] { return c.Recovery },
		func(b *kratos.Browser) kratos.Flows[kratos.RecoveryFlow, kratos.RecoveryMethod] { return b.Recovery }, (*kratos.RecoveryFlow).Form,
	}
	verification = kind[kratos.VerificationFlow, kratos.VerificationMethod]{
		"verification", func(c *kratos.Client) kratos.Flows[kratos.VerificationFlow, kratos.VerificationMethod] {
			return c.Verification
		},
		func(b *kratos.Browser) kratos.Flows[kratos.VerificationFlow, kratos.VerificationMethod] {
			return b.Verification
		}, (*kratos.VerificationFlow).Form,
	}
)
