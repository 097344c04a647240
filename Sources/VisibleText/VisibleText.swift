// Bytes from outside (names, captions, patterns, output of other programs) are shown, never obeyed: all text goes through
// here on its way to lines, JSON and the cells of a canvas.

extension Unicode.Scalar {
  /// Whether it would control a terminal or disguise a text, instead of showing a glyph.
  ///
  /// Not those that join what stands beside them (U+200C, U+200D): some scripts, and emoji, are written with them.
  package var isHazardous: Bool {
    switch value {
    case 0x20..<0x7f, 0xae..<0x61c: false
    // C0, DEL and C1; a hyphen that does not show.
    case 0..<0x20, 0x7f..<0xa0, 0xad: true
    // Marks, embeddings, overrides and isolates of direction.
    case 0x61c, 0x200e, 0x200f, 0x202a...0x202e, 0x2066...0x2069: true
    // Ends of lines and of paragraphs; what is invisible without width; the mark of byte order.
    case 0x2028, 0x2029, 0x180e, 0x200b, 0x2060...0x2065, 0x206a...0x206f, 0xfeff: true
    // Annotations and tags.
    case 0xfff9...0xfffb, 0xe0000...0xe0fff: true
    default: false
    }
  }
}

extension StringProtocol {
  /// The text as one line, with all that is hazardous in it as an escape: `\x1b`, `\u{202e}`.
  package var visible: String {
    guard unicodeScalars.contains(where: \.isHazardous) else { return String(self) }
    return unicodeScalars.reduce(into: "") { text, scalar in
      if scalar.isHazardous {
        let digits = zeroPadded(scalar.value, to: 2, radix: 16)
        text += scalar.isASCII ? "\\x" + digits : "\\u{" + digits + "}"
      } else {
        text.unicodeScalars.append(scalar)
      }
    }
  }

  /// The text as a string of JSON, with all that is hazardous in it as an escape.
  package var inJSON: String {
    unicodeScalars.reduce(into: "\"") { text, scalar in
      if scalar == "\"" || scalar == "\\" {
        text += "\\" + String(scalar)
      } else if scalar.isHazardous {
        for unit in String(scalar).utf16 { text += "\\u" + zeroPadded(unit, to: 4, radix: 16) }
      } else {
        text.unicodeScalars.append(scalar)
      }
    } + "\""
  }
}

/// A number that is not negative, with zeros in front up to a width.
package func zeroPadded(_ value: some BinaryInteger, to width: Int, radix: Int = 10) -> String {
  let digits = String(value, radix: radix)
  return String(repeating: "0", count: max(0, width - digits.count)) + digits
}
