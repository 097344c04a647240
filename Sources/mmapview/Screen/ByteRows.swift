import RangedMmap

/// The rows in which a page's bytes are shown; equal ones that follow each other are drawn together, as a `*`.
struct ByteRows: Equatable {
  /// Where each row begins in the page; `nil` for rows that are equal to the one before.
  private(set) var starts: [Int?] = []
  private(set) var bytesPerRow = 16

  init() {}

  /// The row of the byte under the cursor, if that is shown, is never drawn together with others; nor is the last row.
  init(_ bytes: ArraySlice<UInt8>, bytesPerRow: Int, cursor: Int?) {
    self.bytesPerRow = bytesPerRow
    let count = (bytes.count + bytesPerRow - 1) / bytesPerRow
    func row(_ index: Int) -> ArraySlice<UInt8> { bytes.dropFirst(index * bytesPerRow).prefix(bytesPerRow) }
    func isRepeated(_ index: Int) -> Bool {
      index > 0 && index < count - 1 && index != cursor.map { $0 / bytesPerRow }
        && row(index).elementsEqual(row(index - 1))
    }
    var index = 0
    while index < count {
      let equal = (index..<count).prefix(while: isRepeated).count
      // A `*` in place of one row would save none.
      if equal > 1 {
        starts.append(nil)
        index += equal
      } else {
        starts.append(index * bytesPerRow)
        index += 1
      }
    }
  }

  /// The row with a byte of the page, or with the rows that are drawn together there.
  func index(ofByte byte: Int) -> Int { starts.lastIndex { $0.map { $0 <= byte } ?? false } ?? 0 }
}
