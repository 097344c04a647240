import RangedMmap

// A list of arguments that looks at a range and consumes it is more than the compiler can do.
#if TWIN
func sync(_ file: MmapFile, _ low: consuming WriteReceipt, _ high: consuming WriteReceipt) throws {
  switch low.joined(with: high) {
  case .joined(let receipt):
    let bytes = receipt.byteRange
    print(bytes, try file.sync(receipt).count)
  case .apart(let low, let high): print(low.count, high.count)
  }
}
#else
func sync(_ file: MmapFile, _ low: consuming WriteReceipt, _ high: consuming WriteReceipt) throws {
  switch low.joined(with: high) {
  case .joined(let receipt): print(receipt.byteRange, try file.sync(receipt).count)
  // expected-error@-1 {{copy of noncopyable typed value. This is a compiler bug}}
  case .apart(let low, let high): print(low.count, high.count)
  }
}
#endif
