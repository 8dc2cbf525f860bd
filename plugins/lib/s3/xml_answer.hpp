// The XML in which S3 answers.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace roost::s3 {

/// One element with what is in it; namespaces and attributes are left out.
struct XmlElement {
    std::string name;
    std::string text;
    std::vector<XmlElement> children;

    /// The first child of that name; null where there is none.
    [[nodiscard]] const XmlElement* child(std::string_view wanted) const noexcept;
    /// The text of the first child of that name; "" where there is none.
    [[nodiscard]] std::string textOf(std::string_view wanted) const;
};

/// Parses an answer, whose size the connection bounds. Throws roost::Error for what is no XML, and for
/// document types, nests of elements and other things that no S3 server sends.
[[nodiscard]] XmlElement parseXml(const std::string& text);

/// Text as XML has it.
[[nodiscard]] std::string xmlEscaped(std::string_view text);

}  // namespace roost::s3
