import RangedMmap

// A range has one owner.
#if TWIN
func keep(_ range: consuming AllocatedRange) -> AllocatedRange { range }
#else
func keep(_ range: borrowing AllocatedRange) -> AllocatedRange {
  // expected-error@-1 {{'range' is borrowed and cannot be consumed}}
  range
}
// expected-note@-1 {{consumed here}}
#endif
