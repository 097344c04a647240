import RangedMmap

// An object that threads share changes nothing of itself: the box stays, and what is in it is synced there.
#if TWIN
final class Log: Sendable {
  private let header: HandOver<WriteReceipt>
  init(_ header: consuming WriteReceipt) { self.header = HandOver(header) }
  func sync(_ file: MmapFile) throws { try header.withValue { receipt in try file.sync(inPlace: &receipt) } }
}
#else
final class Log: Sendable {
  private var header: HandOver<WriteReceipt>
  // expected-error@-1 {{stored property 'header' of 'Sendable'-conforming class 'Log' is mutable}}
  init(_ header: consuming WriteReceipt) { self.header = HandOver(header) }
}
#endif
