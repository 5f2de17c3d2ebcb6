package main

import "errors"

// newPeers returns the clients that oapi-codegen and ogen generate. They exist only in what command
// bench builds, which puts testdata/peers/measure/peers.go into the place of this file.
func newPeers(string) (oapiPeer, ogenPeer client, err error) {
	return nil, nil, errors.New("this program is built and run by command bench")
}
