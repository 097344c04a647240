import VisibleText

/// The lines of a recording in asciicast v2, for asciinema(1).
package enum Asciicast {
  /// The first line; the timestamp counts seconds since 1970, and `kind` is a value of `TERM`.
  package static func header(width: Int, height: Int, timestamp: Int?, title: String, kind: String) -> String {
    let time = timestamp.map { "\"timestamp\": \($0), " } ?? ""
    return "{\"version\": 2, \"width\": \(width), \"height\": \(height), \(time)\"title\": \(title.inJSON), "
      + "\"env\": {\"TERM\": \(kind.inJSON)}}"
  }

  package static func output(_ text: String, at time: Duration) -> String {
    "[\(seconds(time)), \"o\", \(text.inJSON)]"
  }

  package static func marker(_ label: String, at time: Duration) -> String {
    "[\(seconds(time)), \"m\", \(label.inJSON)]"
  }

  package static func resize(width: Int, height: Int, at time: Duration) -> String {
    "[\(seconds(time)), \"r\", \"\(width)x\(height)\"]"
  }

  // With six decimals.
  private static func seconds(_ time: Duration) -> String {
    let (whole, rest) = time.components
    return "\(whole)." + zeroPadded(rest / 1_000_000_000_000, to: 6)
  }
}
