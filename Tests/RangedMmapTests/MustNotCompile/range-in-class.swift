import RangedMmap

// A property of a class gives nothing away; a box in it does.
#if TWIN
final class Writer {
  private let range: HandOver<AllocatedRange>
  init(_ range: consuming AllocatedRange) { self.range = HandOver(range) }
  func write(_ file: MmapFile) throws {
    guard let range = range.take() else { return }
    _ = try file.write([1], to: range)
  }
}
#else
final class Writer {
  private var range: AllocatedRange
  init(_ range: consuming AllocatedRange) { self.range = range }
  func write(_ file: MmapFile) throws { _ = try file.write([1], to: range) }
  // expected-error@-1 {{cannot consume noncopyable stored property 'self.range' of a class}}
}
#endif
