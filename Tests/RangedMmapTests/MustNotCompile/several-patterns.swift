import RangedMmap

// A case of a value that can't be copied stands for itself.
#if TWIN
func low(_ range: consuming AllocatedRange) -> AllocatedRange {
  switch range.split(at: 4096, rounding: .down) {
  case .parts(let low, _): low
  case .whole(let range): range
  case .outOfBounds(let range): range
  }
}
#else
func low(_ range: consuming AllocatedRange) -> AllocatedRange? {
  switch range.split(at: 4096, rounding: .down) {
  case .parts(let low, _): low
  case .whole, .outOfBounds: nil
  // expected-error@-1 {{matching a non-'Copyable' value using a case label that has multiple patterns is not implemented}}
  }
}
#endif
