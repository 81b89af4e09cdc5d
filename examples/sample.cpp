// One sample of an exported generator: ./sample model.onnx out.ppm --seed 7 label=cat age=30

#include <onnxruntime_cxx_api.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <iostream>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

using Json = nlohmann::json;

const double PI = 3.14159265358979323846;

// The normal numbers of a seed: Philox4x32-10 (Salmon et al. 2011), then Box-Muller.
std::vector<float> latents(std::uint64_t seed, std::size_t width) {
    std::vector<float> found;
    for (std::uint32_t block = 0; found.size() < width; ++block) {
        std::uint32_t a = block, b = 0, c = 0, d = 0, low = seed, high = seed >> 32;
        for (int round = 0; round < 10; ++round, low += 0x9E3779B9, high += 0xBB67AE85) {
            const std::uint64_t left = std::uint64_t(a) * 0xD2511F53, right = std::uint64_t(c) * 0xCD9E8D57;
            a = (right >> 32) ^ b ^ low, b = right, c = (left >> 32) ^ d ^ high, d = left;
        }
        for (const auto& [first, second] : {std::pair{a, b}, std::pair{c, d}}) {
            const double radius = std::sqrt(-2 * std::log((first + 0.5) / 4294967296.0));
            const double angle = 2 * PI * ((second + 0.5) / 4294967296.0);
            found.push_back(radius * std::cos(angle));
            found.push_back(radius * std::sin(angle));
        }
    }
    found.resize(width);
    return found;
}

// A number that people write: of a choice its index, by its name or by the index itself.
double number(const Json& port, const std::string& word) {
    const bool choice = port["type"] == "int32" && port.contains("names");
    const auto names = choice ? port["names"].get<std::vector<std::string>>() : std::vector<std::string>();
    const auto place = std::find(names.begin(), names.end(), word);
    if (place != names.end()) return place - names.begin();
    std::istringstream text(word);
    double found;
    const bool whole = text >> found && text.eof();
    if (whole && (!choice || (found >= 0 && found < names.size() && found == std::floor(found)))) return found;
    const std::string expected = choice ? "one of " + port["names"].dump() : port["meaning"].get<std::string>();
    throw std::runtime_error(port["name"].get<std::string>() + " cannot be " + word + "; give " + expected);
}

// The values of a field: of what is not asked for, those that say that it is missing.
std::vector<double> values(const Json& port, const std::string& asked, std::size_t size) {
    const Json& missing = port["missing"];
    const double nothing = missing.is_string()   ? std::numeric_limits<double>::quiet_NaN()
                           : missing.is_number() ? missing.get<double>()
                                                 : 0;
    std::vector<double> found(size, nothing);
    if (port["name"] == "times")
        for (std::size_t frame = 0; frame < size; ++frame) found[frame] = frame;
    std::istringstream text(asked);
    std::string word;
    for (std::size_t place = 0; place < size && std::getline(text, word, size == 1 ? '\0' : ','); ++place)
        found[place] = number(port, word);
    return found;
}

// A tensor that owns its memory.
template <typename T, typename Numbers>
Ort::Value tensor(const Numbers& numbers, const std::vector<std::int64_t>& shape) {
    Ort::AllocatorWithDefaultOptions allocator;
    Ort::Value found = Ort::Value::CreateTensor<T>(allocator, shape.data(), shape.size());
    std::copy(numbers.begin(), numbers.end(), found.template GetTensorMutableData<T>());
    return found;
}

// What the model takes for a field.
Ort::Value input(const Json& port, const std::string& asked, std::int64_t frames) {
    std::vector<std::int64_t> shape;
    std::size_t size = 1;
    for (const Json& axis : port["shape"]) {
        shape.push_back(axis == "n" ? 1 : axis == "frames" ? frames : axis.get<std::int64_t>());
        size *= shape.back();
    }
    const std::vector<double> numbers = values(port, asked, size);
    if (port["type"] == "int32") return tensor<std::int32_t>(numbers, shape);
    if (port["type"] == "uint8") return tensor<std::uint8_t>(numbers, shape);
    return tensor<float>(numbers, shape);
}

// A PGM or PPM file; the frames of clips side by side, colours without their transparency.
void write(const Ort::Value& images, const std::string& path) {
    const std::vector<std::int64_t> shape = images.GetTensorTypeAndShapeInfo().GetShape();
    const std::int64_t* size = &*(shape.end() - 3);
    const std::int64_t height = size[0], width = size[1], channels = size[2];
    const std::int64_t frames = shape.size() == 5 ? shape[1] : 1, shown = std::min<std::int64_t>(channels, 3);
    std::ofstream file(path, std::ios::binary);
    file << 'P' << (shown == 1 ? 5 : 6) << ' ' << frames * width << ' ' << height << " 255\n";
    const char* levels = reinterpret_cast<const char*>(images.GetTensorData<std::uint8_t>());
    for (std::int64_t row = 0; row < height; ++row)
        for (std::int64_t frame = 0; frame < frames; ++frame)
            for (std::int64_t column = 0; column < width; ++column)
                file.write(levels + ((frame * height + row) * width + column) * channels, shown);
    if (!file.flush()) throw std::runtime_error("cannot write " + path + "; give a file in a folder that is there");
}

// What is asked for, by the names of the fields: each argument is one of NAME=VALUE.
std::map<std::string, std::string> given(const std::vector<std::string>& words) {
    std::map<std::string, std::string> found;
    for (const std::string& word : words) {
        const std::size_t sign = word.find('=');
        if (sign == std::string::npos) throw std::runtime_error(word + " is no value; give it as NAME=VALUE");
        found[word.substr(0, sign)] = word.substr(sign + 1);
    }
    return found;
}

void sample(const std::string& model, const std::string& out, std::uint64_t seed,
            std::map<std::string, std::string> asked) {
    Ort::Env environment(ORT_LOGGING_LEVEL_ERROR, "condgan");
    Ort::Session session(environment, model.c_str(), Ort::SessionOptions());
    Ort::AllocatorWithDefaultOptions allocator;
    const auto text = session.GetModelMetadata().LookupCustomMetadataMapAllocated("condgan", allocator);
    if (!text) throw std::runtime_error(model + " says nothing of itself; give a model that condgan export wrote");
    const Json facts = Json::parse(text.get());
    const std::size_t width = facts["latent"]["width"];
    std::vector<std::string> names{facts["latent"]["name"]};
    std::vector<Ort::Value> tensors;
    tensors.push_back(tensor<float>(latents(seed, width), {1, std::int64_t(width)}));
    for (const Json& port : facts["inputs"]) {
        names.push_back(port["name"]);
        tensors.push_back(input(port, asked[names.back()], facts["size"][0]));
        asked.erase(names.back());
    }
    if (!asked.empty())
        throw std::runtime_error("the model takes no " + asked.begin()->first + "; it takes " + Json(names).dump());
    std::vector<const char*> inputs;
    for (const std::string& name : names) inputs.push_back(name.c_str());
    const char* outputs[] = {"images"};
    const auto found = session.Run(Ort::RunOptions(), inputs.data(), tensors.data(), tensors.size(), outputs, 1);
    write(found[0], out);
}

int main(int count, char** words) {
    try {
        if (count < 5 || std::string(words[3]) != "--seed" || *words[4] < '0' || *words[4] > '9')
            throw std::runtime_error("give: ./sample model.onnx out.ppm --seed 7 label=cat age=30");
        sample(words[1], words[2], std::stoull(words[4]), given({words + 5, words + count}));
    } catch (const std::exception& error) {
        std::cerr << error.what() << '\n';
        return 1;
    }
}
