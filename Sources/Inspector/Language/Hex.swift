import VisibleText

package func hex(_ value: some BinaryInteger, width: Int) -> String { zeroPadded(value, to: width, radix: 16) }

func hexByte(_ high: Unicode.Scalar, _ low: Unicode.Scalar) -> UInt8? {
  guard let high = hexDigit(high), let low = hexDigit(low) else { return nil }
  return high << 4 | low
}

// Not the standard library's ways: they take a sign, and digits of other scripts.
private func hexDigit(_ scalar: Unicode.Scalar) -> UInt8? {
  switch scalar {
  case "0"..."9": UInt8(scalar.value) - UInt8(ascii: "0")
  case "a"..."f": UInt8(scalar.value) - UInt8(ascii: "a") + 10
  case "A"..."F": UInt8(scalar.value) - UInt8(ascii: "A") + 10
  default: nil
  }
}

func isHexadecimal(_ digits: Substring) -> Bool {
  !digits.isEmpty && digits.unicodeScalars.allSatisfy { hexDigit($0) != nil }
}

/// A number of any count of hexadecimal digits; `nil` if it is anything else, or too large for its type.
func hexNumber<Number: FixedWidthInteger>(_ digits: Substring, as type: Number.Type) -> Number? {
  isHexadecimal(digits) ? Number(digits, radix: 16) : nil
}

/// Bytes as pairs of hexadecimal digits, as in `a5a5`; `nil` if it is anything else, or empty.
func hexBytes(_ text: String) -> [UInt8]? {
  let digits = Array(text.unicodeScalars)
  guard !digits.isEmpty, digits.count % 2 == 0 else { return nil }
  let bytes = stride(from: 0, to: digits.count, by: 2).compactMap { hexByte(digits[$0], digits[$0 + 1]) }
  return bytes.count * 2 == digits.count ? bytes : nil
}

/// Dumps bytes as `xxd` does: offset, sixteen bytes in pairs, the same as text.
package enum HexDump {
  /// One line for every sixteen bytes; the first byte is at `offset`.
  package static func lines(_ bytes: [UInt8], at offset: Int) -> [String] {
    stride(from: 0, to: bytes.count, by: 16).map { start in
      let row = bytes[start..<min(start + 16, bytes.count)]
      var pairs = ""
      for (index, byte) in row.enumerated() {
        pairs += hex(byte, width: 2)
        if index % 2 == 1 { pairs += " " }
      }
      return hex(offset + start, width: 8) + ": " + pairs.padded(to: 40) + " "
        + String(String.UnicodeScalarView(row.map(glyph)))
    }
  }

  package static func isPrintable(_ byte: UInt8) -> Bool { (0x20...0x7e).contains(byte) }

  package static func glyph(_ byte: UInt8) -> Unicode.Scalar { isPrintable(byte) ? Unicode.Scalar(byte) : "." }
}
