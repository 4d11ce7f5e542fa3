// AWS's default activation function, written afresh from what its documentation says that it does: create a
// policy named after the certificate, attach it to the certificate, set the certificate ACTIVE.
// https://aws.amazon.com/blogs/iot/just-in-time-registration-of-device-certificates-on-aws-iot/
import {
  AttachPrincipalPolicyCommand,
  CreatePolicyCommand,
  IoTClient,
  UpdateCertificateCommand,
} from "@aws-sdk/client-iot";

const iot = new IoTClient({});

export async function handler(event) {
  const { certificateId, awsAccountId } = event;
  const arn = `arn:aws:iot:${process.env.AWS_REGION}:${awsAccountId}`;
  const policyName = `Policy_${certificateId}`;
  await createPolicy(policyName, JSON.stringify(devicePolicy(arn, certificateId)));
  await iot.send(new AttachPrincipalPolicyCommand({ policyName, principal: `${arn}:cert/${certificateId}` }));
  await iot.send(new UpdateCertificateCommand({ certificateId, newStatus: "ACTIVE" }));
  console.log(JSON.stringify({ registered: certificateId }));
}

async function createPolicy(policyName, policyDocument) {
  try {
    await iot.send(new CreatePolicyCommand({ policyName, policyDocument }));
  } catch (error) {
    if (error.name !== "ResourceAlreadyExistsException") throw error;
  }
}

// Any client id, and topics of the certificate's own.
function devicePolicy(arn, certificateId) {
  const topic = `foo/bar/${certificateId}/*`;
  return {
    Version: "2012-10-17",
    Statement: [
      { Effect: "Allow", Action: ["iot:Connect"], Resource: `${arn}:client/*` },
      { Effect: "Allow", Action: ["iot:Publish", "iot:Receive"], Resource: `${arn}:topic/${topic}` },
      { Effect: "Allow", Action: ["iot:Subscribe"], Resource: `${arn}:topicfilter/${topic}` },
    ],
  };
}
