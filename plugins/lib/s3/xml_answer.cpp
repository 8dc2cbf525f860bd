#include "lib/s3/xml_answer.hpp"

#include <Poco/Exception.h>
#include <Poco/SAX/DefaultHandler.h>
#include <Poco/SAX/LexicalHandler.h>
#include <Poco/SAX/SAXException.h>
#include <Poco/SAX/SAXParser.h>

#include "roost/error.hpp"

namespace roost::s3 {

namespace {

constexpr std::size_t deepest = 8;
constexpr std::size_t mostElements = 200'000;

class TreeMaker final : public Poco::XML::DefaultHandler, public Poco::XML::LexicalHandler {
public:
    [[nodiscard]] XmlElement take() {
        return root_.children.empty() ? XmlElement() : std::move(root_.children.front());
    }

    void startElement(const Poco::XML::XMLString&, const Poco::XML::XMLString& localName,
                      const Poco::XML::XMLString& name, const Poco::XML::Attributes&) override {
        if (open_.size() > deepest || ++elements_ > mostElements)
            throw Error("the S3 server's answer is no answer of S3");
        XmlElement& parent = *open_.back();
        parent.children.push_back({localName.empty() ? name : localName, {}, {}});
        open_.push_back(&parent.children.back());
    }
    void endElement(const Poco::XML::XMLString&, const Poco::XML::XMLString&,
                    const Poco::XML::XMLString&) override {
        open_.pop_back();
    }
    void characters(const Poco::XML::XMLChar text[], int start, int length) override {
        open_.back()->text.append(text + start, static_cast<std::size_t>(length));
    }
    void startDTD(const Poco::XML::XMLString&, const Poco::XML::XMLString&,
                  const Poco::XML::XMLString&) override {
        throw Error("the S3 server's answer is no answer of S3: it declares a document type");
    }
    void endDTD() override {}
    void startEntity(const Poco::XML::XMLString&) override {}
    void endEntity(const Poco::XML::XMLString&) override {}
    void startCDATA() override {}
    void endCDATA() override {}
    void comment(const Poco::XML::XMLChar[], int, int) override {}

private:
    XmlElement root_;
    // An element's children are complete before a sibling of it is added, so these stay where they are.
    std::vector<XmlElement*> open_{&root_};
    std::size_t elements_ = 0;
};

}  // namespace

const XmlElement* XmlElement::child(std::string_view wanted) const noexcept {
    for (const XmlElement& element : children)
        if (element.name == wanted) return &element;
    return nullptr;
}

std::string XmlElement::textOf(std::string_view wanted) const {
    const XmlElement* const found = child(wanted);
    return found == nullptr ? std::string() : found->text;
}

XmlElement parseXml(const std::string& text) {
    // While it assembles a long answer, a server may send blanks before it.
    const std::size_t begin = std::min(text.find('<'), text.size());
    TreeMaker maker;
    try {
        Poco::XML::SAXParser parser;
        parser.setFeature(Poco::XML::XMLReader::FEATURE_NAMESPACES, true);
        parser.setFeature(Poco::XML::XMLReader::FEATURE_EXTERNAL_GENERAL_ENTITIES, false);
        parser.setFeature(Poco::XML::XMLReader::FEATURE_EXTERNAL_PARAMETER_ENTITIES, false);
        parser.setContentHandler(&maker);
        parser.setProperty(Poco::XML::XMLReader::PROPERTY_LEXICAL_HANDLER,
                           static_cast<Poco::XML::LexicalHandler*>(&maker));
        parser.parseMemoryNP(text.data() + begin, text.size() - begin);
    } catch (const Poco::Exception& problem) {
        throw Error("the S3 server's answer cannot be read: " + problem.displayText());
    }
    return maker.take();
}

std::string xmlEscaped(std::string_view text) {
    std::string escaped;
    for (const char c : text) {
        switch (c) {
            case '&':
                escaped += "&amp;";
                break;
            case '<':
                escaped += "&lt;";
                break;
            case '>':
                escaped += "&gt;";
                break;
            case '\r':
                escaped += "&#13;";
                break;
            default:
                escaped += c;
        }
    }
    return escaped;
}

}  // namespace roost::s3
